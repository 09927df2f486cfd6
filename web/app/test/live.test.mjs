// One person, her simulated phones, and the people they reach.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browser, demo, Reader } from './asms.mjs'

const echo = '+15550100101'
const nobody = '+15550100104'

let server, chromium, reader, page

before(async () => {
  ;[server, chromium] = await Promise.all([demo(), browser()])
  reader = await Reader.open(chromium, server)
})

after(async () => {
  await chromium?.close()
  await server?.stop()
})

const bubbles = (p) => p.getByRole('region', { name: 'Texts' }).getByRole('listitem')
const bubble = (p, text) => bubbles(p).filter({ hasText: text }).last()
const mine = (p, text) => p.locator('.message.out').filter({ hasText: text }).last()
const unread = async (conversation, n) => {
  for (let tries = 0; (await reader.call('GET', '/conversations/' + conversation)).unread !== n; tries++) {
    assert.ok(tries < 100, `not ${n} unread`)
    await page.waitForTimeout(50)
  }
}
const write = (p) => p.getByRole('textbox', { name: 'Text', exact: true })

test('a wrong password is said kindly, the right one opens the list', async () => {
  page = await reader.page()
  await page.getByLabel('Name').fill('demo')
  await page.getByLabel('Password').fill('not this one')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('do not go together').waitFor()
  assert.equal(await page.getByLabel('Password').inputValue(), '')
  await page.getByLabel('Password').fill(server.password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Messages' }).waitFor()
})

test('beside the list the newest conversation is open; what it has is read once it is seen', async () => {
  await page.waitForURL(/\/c\/[0-9a-f]{32}$/)
  const id = new URL(page.url()).pathname.split('/')[2]
  const { conversations } = await reader.call('GET', '/conversations')
  assert.equal(conversations[0].id, id)
  await bubbles(page).first().waitFor()
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'BODY')
  await unread(id, 0)
})

test('what is unread is counted, until it is seen', async () => {
  await page.keyboard.press('Escape')
  await page.waitForURL(server.url + '/')
  await reader.call('POST', '/messages', { to: [echo], body: 'Count me' })
  await page.waitForFunction(() => document.title.startsWith('(1) '))
  await page.getByRole('list', { name: 'Conversations' }).getByRole('link', { name: /1 unread/ }).click()
  await page.waitForFunction(() => !document.title.startsWith('('))
})

test('a new message is sent, and the answer arrives while one looks', async () => {
  await page.getByRole('link', { name: 'New', exact: true }).click()
  await page.getByRole('combobox', { name: 'To' }).fill(echo)
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await write(page).pressSequentially('Hello from the browser')
  await page.getByText(/GSM-7 · 22 characters · 1 text/).waitFor()
  await page.getByText(/From/).first().waitFor()
  await page.keyboard.press('Enter')
  await bubble(page, 'Hello from the browser').waitFor()
  await page.waitForURL(/\/c\/[0-9a-f]{32}$/)
  await bubble(page, 'Hello from the browser').getByText(/^Sent|^Delivered/).waitFor()
  await bubble(page, 'You wrote: Hello from the browser').waitFor()
  // It was seen, so it is read.
  await unread(new URL(page.url()).pathname.split('/')[2], 0)
})

test('a letter beyond the GSM alphabet is named', async () => {
  await write(page).fill('Grüße, Łukasz')
  await page.getByText('UCS-2 because of “Ł”').waitFor()
  await write(page).fill('')
})

test('a second tab shows at once what the first one sends, and what comes', async () => {
  const second = await reader.page(new URL(page.url()).pathname)
  await bubble(second, 'Hello from the browser').first().waitFor()
  await page.bringToFront()
  await write(page).fill('For both tabs')
  await page.keyboard.press('Enter')
  await mine(second, 'For both tabs').waitFor()
  await bubble(second, 'You wrote: For both tabs').waitFor()
  assert.equal(await second.locator('.message.out').filter({ hasText: 'For both tabs' }).count(), 1)
  assert.equal(await page.locator('.message.out').filter({ hasText: 'For both tabs' }).count(), 1)
  await second.close()
})

test('who has scrolled up is told of new texts and stays where she is', async () => {
  const id = new URL(page.url()).pathname.split('/')[2]
  for (let n = 0; n < 24; n++) await reader.call('POST', '/messages', { to: [echo], body: `Filling the window, line ${n}\nand another`, not_before: '2027-11-01T00:00:00Z' })
  await bubble(page, 'line 23').waitFor()
  const texts = page.getByRole('region', { name: 'Texts' })
  await texts.evaluate((e) => (e.scrollTop = 200))
  await page.waitForTimeout(100)
  const before = await texts.evaluate((e) => e.scrollTop)
  await reader.call('POST', '/messages', { to: [echo], body: 'While you read' })
  const pill = page.getByRole('button', { name: /1 new text/ })
  await pill.waitFor()
  assert.equal(await texts.evaluate((e) => e.scrollTop), before)
  const conversation = await reader.call('GET', '/conversations/' + id)
  assert.equal(conversation.unread, 1, 'what was not seen is not read')
  await pill.click()
  await unread(id, 0)
  assert.ok(await texts.evaluate((e) => e.scrollHeight - e.scrollTop - e.clientHeight < 60))
})

test('a text that waits is cancelled, and its words are back to be changed', async () => {
  await mine(page, 'line 23').getByRole('button', { name: 'Cancel' }).click()
  await mine(page, 'line 23').waitFor({ state: 'detached' })
  assert.equal(await write(page).inputValue(), 'Filling the window, line 23\nand another')
  await write(page).fill('')
})

test('a text that failed says why, and is sent again', async () => {
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: 'New', exact: true }).click()
  await page.getByRole('combobox', { name: 'To' }).fill(nobody)
  await page.keyboard.press('Enter')
  await write(page).fill('Is there anybody?')
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  await bubble(page, 'Is there anybody?').getByText(/Not sent: /).waitFor()
  await page.getByRole('list', { name: 'Conversations' }).getByText('Not sent:').waitFor()
  const first = await mine(page, 'Is there anybody?').getAttribute('data-id')
  await mine(page, 'Is there anybody?').getByRole('button', { name: 'Send again' }).click()
  // The new text takes the place of the one that reached nobody.
  const second = page.locator(`.message.out:not([data-id="${first}"])`)
  await second.getByText(/Not sent: /).waitFor()
  assert.equal(await page.locator('.message.out').count(), 1)
})

test('a text that did not reach the server stays, and goes once however often it is tried', async () => {
  await page.goto(server.url + '/')
  await page.getByRole('list', { name: 'Conversations' }).getByRole('link', { name: /^Echo/ }).click()
  let lost = 0
  await page.route('**/api/v1/messages', async (route) => {
    if (route.request().method() !== 'POST' || lost > 1) return route.continue()
    if (lost++ === 1) await route.fetch() // the server has it, and the answer is lost
    await route.abort()
  })
  await write(page).fill('Through a bad line')
  await page.keyboard.press('Enter')
  const stuck = bubble(page, 'Through a bad line')
  await stuck.getByRole('button', { name: 'Try again' }).click()
  await stuck.getByRole('button', { name: 'Try again' }).or(stuck.getByText(/Sent|phone/)).first().waitFor()
  const again = stuck.getByRole('button', { name: 'Try again' })
  if (await again.isVisible()) await again.click()
  await mine(page, 'Through a bad line').getByText(/^Sent|^Delivered/).waitFor()
  const id = new URL(page.url()).pathname.split('/')[2]
  const { messages } = await reader.call('GET', `/conversations/${id}/messages`)
  assert.equal(messages.filter((m) => m.body === 'Through a bad line').length, 1)
  await page.unroute('**/api/v1/messages')
})

test('flag, mark unread, delete', async () => {
  await bubble(page, 'You wrote: Through a bad line').waitFor()
  const m = mine(page, 'Through a bad line')
  const id = new URL(page.url()).pathname.split('/')[2]
  const menu = async (name) => {
    await m.hover()
    await m.getByRole('button', { name: 'What to do with this text' }).click()
    await page.getByRole('menuitem', { name }).click()
  }
  await menu('Flag')
  await m.getByText('Flagged').waitFor({ state: 'attached' })
  await menu('Delete')
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await m.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'What to do with this conversation' }).click()
  await page.getByRole('menuitem', { name: 'Mark unread' }).click()
  await unread(id, 1)
  await page.getByRole('list', { name: 'Conversations' }).getByRole('link', { name: /^Echo[^]*1 unread/ }).waitFor()
})

test('on a small touch screen one goes in and back, and a button sends', async () => {
  const touch = await Reader.open(chromium, server, { viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true })
  const p = await touch.signedIn()
  const row = p.getByRole('list', { name: 'Conversations' }).getByRole('link', { name: /^Echo/ })
  await row.tap()
  await row.waitFor({ state: 'hidden' })
  await write(p).tap()
  await p.keyboard.type('First line')
  await p.keyboard.press('Enter')
  await p.keyboard.type('second line')
  await p.getByRole('button', { name: 'Send', exact: true }).tap()
  await mine(p, 'First line').getByText(/^Sent|^Delivered/).waitFor()
  assert.equal(await mine(p, 'First line').locator('.text').innerText(), 'First line\nsecond line')
  await p.goBack()
  await row.waitFor()
  await row.tap()
  await p.getByRole('link', { name: 'Back to the conversations' }).tap()
  await row.waitFor()
  assert.ok(await p.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
  assert.deepEqual(touch.troubles, [])
  await touch.context.close()
})

test('phones show themselves, and one is blocked and allowed', async () => {
  await page.getByRole('link', { name: 'Phones' }).click()
  const card = page.getByRole('article', { name: 'phone A' })
  await card.getByText('+15550100001').waitFor()
  await card.getByRole('button', { name: 'What to do with phone A' }).click()
  await page.getByRole('menuitem', { name: 'Block…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Block' }).click()
  await card.getByText('Blocked', { exact: true }).waitFor()
  await card.getByRole('button', { name: 'What to do with phone A' }).click()
  await page.getByRole('menuitem', { name: 'Allow' }).click()
  await card.getByText('Blocked', { exact: true }).waitFor({ state: 'detached' })
  await page.getByRole('img', { name: 'QR code' }).waitFor()
  await page.waitForFunction(() => document.querySelector('img')?.naturalWidth > 0)
})

test('nothing broke the rules of the page, and nothing came from elsewhere', () => {
  assert.deepEqual([...new Set(reader.troubles)], [])
})
