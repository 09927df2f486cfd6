// One person with 50,000 texts and no phone at hand.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { browser, mailbox, Reader, seen } from './asms.mjs'
import { ada, hostile, many } from './texts.mjs'

const count = Number(process.env.TEXTS ?? 50_000)

let server, chromium, reader, page

before(async () => {
  ;[server, chromium] = await Promise.all([mailbox(many(count)), browser()])
  reader = await Reader.open(chromium, server)
  page = await reader.page()
  await seen(page, false)
  await reader.signIn(page)
})

after(async () => {
  await chromium?.close()
  await server?.stop()
})

const list = () => page.getByRole('list', { name: 'Conversations' })
const texts = () => page.getByRole('region', { name: 'Texts' })
const nodes = () => page.evaluate(() => document.querySelectorAll('[data-id]').length)

test('the list is newest first, says what is unread, and goes on as one scrolls', async () => {
  const rows = list().getByRole('link')
  await rows.first().waitFor()
  assert.match(await rows.first().innerText(), /Ada Lovelace[^]*This one is new\./)
  assert.match(await page.title(), /^\(1\) /)
  assert.equal(await rows.count(), 40)
  await rows.last().scrollIntoViewIfNeeded()
  await page.waitForFunction(() => document.querySelectorAll('[data-list] [data-row]').length >= 80)
})

test('the newest conversation is open beside the list, at its newest text, which is read when it is seen', async () => {
  await texts().getByText('This one is new.').waitFor()
  assert.equal(new URL(page.url()).pathname, await list().getByRole('link', { name: /Ada Lovelace/ }).getAttribute('href'))
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'BODY')
  await page.waitForTimeout(400)
  assert.match(await page.title(), /^\(1\) /)
  await seen(page, true)
  assert.ok(await texts().evaluate((e) => e.scrollHeight - e.scrollTop - e.clientHeight < 2))
  await page.waitForFunction(() => !document.title.startsWith('('))
})

test('older texts come as one scrolls up; nothing jumps, and the document stays small', async () => {
  const jumps = await texts().evaluate(async (scroller) => {
    const seen = []
    for (let step = 0; step < 60; step++) {
      const top = scroller.getBoundingClientRect().top
      const anchor = [...scroller.querySelectorAll('[data-id]')].find((e) => e.getBoundingClientRect().bottom > top + 40)
      scroller.scrollTop -= 400
      const id = anchor.dataset.id
      const at = anchor.getBoundingClientRect().top
      await new Promise((r) => setTimeout(r, 40))
      const now = scroller.querySelector(`[data-id="${id}"]`)
      if (now && Math.abs(now.getBoundingClientRect().top - at) > 2) seen.push(now.getBoundingClientRect().top - at)
    }
    return seen
  })
  assert.deepEqual(jumps, [])
  const n = await nodes()
  assert.ok(n > 100 && n <= 250, `${n} texts in the document`)
})

test('newer texts come back as one scrolls down, to the newest', async () => {
  await page.getByRole('button', { name: 'To the newest text' }).waitFor()
  await texts().evaluate(async (scroller) => {
    for (let step = 0; step < 120; step++) {
      scroller.scrollTop += 600
      await new Promise((r) => setTimeout(r, 20))
    }
  })
  await texts().getByText('This one is new.').waitFor()
  await texts().evaluate((e) => (e.scrollTop = 0))
  await page.getByRole('button', { name: 'To the newest text' }).click()
  await page.getByRole('button', { name: 'To the newest text' }).waitFor({ state: 'detached' })
  assert.ok(await texts().evaluate((e) => e.scrollHeight - e.scrollTop - e.clientHeight < 2))
})

test('search marks what is found among all texts, and opens it in place', async () => {
  await page.locator('body').click({ position: { x: 5, y: 400 } })
  await page.keyboard.press('/')
  await page.keyboard.type('zanzi', { delay: 20 })
  const found = page.getByRole('list', { name: 'Texts' }).getByRole('link')
  await found.first().waitFor()
  assert.equal(await found.locator('mark').first().innerText(), 'zanzibar')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  const it = texts().locator('.found')
  await it.waitFor()
  assert.equal(await it.locator('mark').innerText(), 'zanzibar')
  assert.ok(await it.evaluate((e) => document.activeElement === e))
  // From there one goes on to newer and to older texts.
  const id = await it.getAttribute('data-id')
  await texts().evaluate((e) => (e.scrollTop = e.scrollHeight))
  await page.waitForFunction((id) => document.querySelectorAll(`[data-id="${id}"] ~ [data-id], [data-id]`).length > 60, id)
  await page.getByRole('button', { name: 'Clear the search' }).click()
  await list().waitFor()
})

test('people are found by name and by number', async () => {
  const field = page.getByRole('searchbox', { name: 'Search people and texts' })
  await reader.call('POST', '/contacts', { name: 'Zoe Quick', first_name: 'Zoe', last_name: 'Quick', numbers: [{ number: '+1 425 555 0122', kind: 'mobile' }] })
  await field.fill('Zoe')
  await page.getByRole('list', { name: 'People' }).getByRole('link', { name: /Zoe Quick/ }).waitFor()
  await field.fill('5550101000')
  await page.getByRole('list', { name: 'People' }).getByRole('link', { name: /Ada/ }).waitFor()
  await field.fill('xyzzyplugh')
  await page.getByRole('heading', { name: 'Nothing found' }).waitFor()
  await field.fill('')
})

test('hostile texts are only texts', async () => {
  await page.goto(server.url + '/')
  await list().getByRole('link', { name: /Mallory/ }).click()
  await texts().getByText('five').waitFor()
  await texts().getByText(hostile[0]).waitFor({ state: 'attached' })
  assert.equal(await texts().locator('img, script').count(), 0)
  assert.doesNotMatch(await page.title(), /owned/)
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
  assert.ok(await texts().evaluate((e) => e.scrollWidth <= e.clientWidth))
  // Links lead to the web only, and say where.
  const links = await texts().getByRole('link').evaluateAll((all) => all.map((a) => [a.protocol, a.hostname, a.rel, a.nextElementSibling?.textContent.trim()]))
  assert.deepEqual(links, [
    ['https:', 'elsewhere.example', 'noopener noreferrer nofollow', undefined],
    ['https:', 'www.xn--ggle-55da.com', 'noopener noreferrer nofollow', '(www.xn--ggle-55da.com)'],
    ['https:', 'evil.example', 'noopener noreferrer nofollow', '(evil.example)'],
  ])
  // A change of direction ends with its text: the time after it reads from the left.
  const override = texts().locator('.message', { hasText: 'never closed' })
  assert.equal(await override.locator('.text').evaluate((e) => getComputedStyle(e).unicodeBidi), 'isolate')
  // A long text is folded.
  const long = texts().locator('.message', { hasText: 'Many words.' })
  const low = await long.evaluate((e) => e.offsetHeight)
  await long.getByRole('button', { name: 'Show all 10,800 characters' }).click()
  await long.getByRole('button', { name: 'Show less' }).waitFor()
  assert.ok((await long.evaluate((e) => e.offsetHeight)) > 3 * low)
})

test('without a phone the composer says so', async () => {
  await page.getByText('No phone is set up yet').waitFor()
})

test('the keyboard alone reads, writes and goes about', async () => {
  await page.goto(server.url + '/')
  await list().getByRole('link').first().waitFor()
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the content')
  const focus = () => page.evaluate(() => document.activeElement.dataset.row ?? document.activeElement.tagName)
  for (let n = 0; n < 12 && !/^[0-9a-f]{32}$/.test(await focus()); n++) await page.keyboard.press('Tab')
  const first = await focus()
  await page.keyboard.press('ArrowDown')
  const second = await focus()
  assert.notEqual(second, first)
  await page.keyboard.press('Enter')
  await page.waitForURL(server.url + '/c/' + second)
  await page.waitForFunction(() => document.activeElement.tagName === 'TEXTAREA')
  await page.keyboard.type('Written blind')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('on two lines')
  await page.keyboard.press('Enter')
  const sent = page.locator('.message.out', { hasText: 'Written blind' })
  await sent.getByText('Waiting for a phone').waitFor()
  assert.match(await sent.locator('.text').innerText(), /^Written blind\non two lines$/)
  // To the texts, their menu, and back.
  await page.keyboard.press('ArrowUp')
  assert.match(await page.evaluate(() => document.activeElement.textContent), /Written blind/)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Cancel sending' }).waitFor()
  await page.keyboard.press('ArrowDown')
  assert.equal(await page.evaluate(() => document.activeElement.textContent.trim()), 'Cancel sending')
  await page.keyboard.press('Enter')
  await sent.waitFor({ state: 'detached' })
  // The stream may tell that it is gone before the answer does.
  await page.waitForFunction(() => document.activeElement.value?.startsWith('Written blind'))
  await page.keyboard.press('Alt+ArrowDown')
  await page.waitForFunction((was) => !location.pathname.endsWith(was), second)
  await page.keyboard.press('Escape')
  await page.waitForURL(server.url + '/')
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor({ state: 'detached' })
  await page.keyboard.press('n')
  await page.waitForURL(server.url + '/c/new')
})

test('a text may wait for its time, and for a phone no longer than it is worth', async () => {
  await page.goto(server.url + '/')
  await list().getByRole('link', { name: /Ada Lovelace/ }).click()
  const write = page.getByRole('textbox', { name: 'Text', exact: true })
  await write.fill('Soup is ready')
  await page.getByRole('button', { name: 'Send later' }).click()
  await page.getByLabel('Give up after').selectOption('1 hour')
  await page.getByText('Given up if no phone has taken it within 1 hour.').waitFor()
  await page.getByLabel('Send no earlier than').fill(new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 16))
  await page.getByText('within 1 hour of then.').waitFor()
  await write.press('Enter')
  await page.locator('.message.out', { hasText: 'Soup is ready' }).getByText(/Goes out/).waitFor()
  await page.getByLabel('Give up after').waitFor({ state: 'detached' })
  const { messages } = await reader.call('GET', `/conversations/${new URL(page.url()).pathname.split('/')[2]}/messages?limit=5`)
  const soup = messages.find((m) => m.body === 'Soup is ready')
  assert.equal(Date.parse(soup.expires) - Date.parse(soup.not_before), 3600_000)
  await reader.call('POST', `/messages/${soup.id}/cancel`)
})

test('contacts are added, found, changed, imported, exported and deleted', async () => {
  await page.getByRole('link', { name: 'Contacts' }).click()
  await page.getByRole('link', { name: 'Add', exact: true }).click()
  await page.getByLabel('First name').fill('Grace')
  await page.getByLabel('Last name').fill('Hopper')
  await page.getByLabel('Number 1', { exact: true }).fill('+14255550001')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'Grace Hopper' }).waitFor()
  await page.getByRole('button', { name: 'Edit' }).click()
  await page.getByLabel('Organisation').fill('Navy')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Navy').waitFor()
  await page.getByLabel('vCard file').setInputFiles({
    name: 'people.vcf',
    mimeType: 'text/vcard',
    buffer: Buffer.from('BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Otto Tunnel\r\nN:Tunnel;Otto;;;\r\nTEL;TYPE=CELL:+14255550002\r\nEND:VCARD\r\n'),
  })
  await page.getByRole('list', { name: 'Contacts' }).getByRole('link', { name: /Otto Tunnel/ }).waitFor()
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Export' }).click()
  assert.equal((await download).suggestedFilename(), 'contacts.vcf')
  await page.getByLabel('Filter by name or number').fill('hop')
  await page.getByRole('link', { name: /Otto/ }).waitFor({ state: 'detached' })
  // Their names stand in the conversations.
  await page.getByRole('link', { name: /Write/ }).click()
  await page.getByRole('combobox', { name: 'To' }).fill('otto')
  await page.getByRole('option', { name: /Otto Tunnel/ }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('list', { name: 'Recipients' }).getByText('Otto Tunnel').waitFor()
  await page.goto(server.url + '/contacts')
  await page.getByRole('link', { name: /Otto/ }).click()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('link', { name: /Otto/ }).waitFor({ state: 'detached' })
})

test('settings: app passwords, tokens, and the password itself', async () => {
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByLabel('Name of the new app password').fill('Pixel')
  await page.getByRole('button', { name: 'Make one' }).click()
  const dialog = page.getByRole('dialog')
  assert.ok((await dialog.locator('code').innerText()).length > 10)
  await dialog.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: 'Delete Pixel' }).click()
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('button', { name: 'Delete Pixel' }).waitFor({ state: 'detached' })
  const tokens = page.getByRole('region', { name: 'API tokens' })
  await tokens.getByLabel('Name').fill('Backup')
  await tokens.getByLabel(/see and manage phones/).check()
  await tokens.getByRole('button', { name: 'Make a token' }).click()
  const secret = await dialog.locator('code').innerText()
  await dialog.getByRole('button', { name: 'Done' }).click()
  await tokens.getByText('read devices').waitFor()
  const answer = await fetch(server.url + '/api/v1/devices', { headers: { Authorization: 'Bearer ' + secret } })
  assert.equal(answer.status, 200)
  await page.getByLabel('Current password').fill('wrong')
  await page.getByLabel('New password', { exact: true }).fill('a better one 8')
  await page.getByLabel('New password, once more').fill('a better one 8')
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page.getByText('That is not the current password.').waitFor()
  await page.getByLabel('Current password').fill(server.password)
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page.getByText('The password was changed.').waitFor()
})

test('an administrator sees to users and to the server', async () => {
  await page.getByRole('link', { name: 'Server' }).click()
  await page.getByRole('region', { name: 'Health' }).getByText('Database').waitFor()
  const users = page.getByRole('region', { name: 'Users' })
  await users.getByRole('button', { name: 'Add' }).click()
  await page.getByLabel('Name').fill('bob')
  await page.getByLabel('Password').fill('long enough 9')
  await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click()
  await users.getByRole('button', { name: 'What to do with bob' }).click()
  await page.getByRole('menuitem', { name: 'Make administrator' }).click()
  await users.getByRole('listitem').filter({ hasText: 'bob' }).getByText('administrator').waitFor()
  for (const may of [true, false]) {
    await users.getByRole('button', { name: 'What to do with bob' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'May synchronise phones', checked: may }).click()
    await users.getByText('may not synchronise phones').waitFor({ state: may ? 'visible' : 'detached' })
  }
  await users.getByRole('button', { name: 'What to do with bob' }).click()
  await page.getByRole('menuitem', { name: 'Remove…' }).click()
  const remove = page.getByRole('dialog').getByRole('button', { name: 'Remove' })
  assert.ok(await remove.isDisabled())
  await page.getByRole('dialog').getByRole('textbox').fill('bob')
  await remove.click()
  await users.getByText('bob').waitFor({ state: 'detached' })
})

test('tabs that nobody sees give their connections back, and are right when they are seen again', async () => {
  const r = await Reader.open(chromium, server, { storageState: await reader.context.storageState() })
  const streams = async (n) => {
    let now
    for (let tries = 0; (now = (await reader.call('GET', '/admin/health')).streams) !== n; tries++) {
      assert.ok(tries < 100, `${now} streams instead of ${n}`)
      await page.waitForTimeout(50)
    }
  }
  const { conversations } = await reader.call('GET', '/conversations?limit=5')
  const mark = (read) => reader.call('POST', `/conversations/${conversations[3].id}/read`, { read })
  const counts = (p, n) => p.waitForFunction((n) => document.title.startsWith(n ? `(${n}) ` : 'Phones'), n)
  const [one, two, three] = [await r.page('/phones'), await r.page('/phones'), await r.page('/phones')]
  await streams(4)
  await r.context.clock.install()

  // As on plain http from elsewhere.
  await one.evaluate(() => Object.defineProperty(navigator, 'locks', { value: undefined }))
  await seen(one, false)
  await r.context.clock.fastForward(31_000)
  await streams(3)
  await mark(false)
  await counts(two, 1)
  assert.match(await one.title(), /^Phones/)
  await seen(one, true)
  await counts(one, 1)
  await streams(4)
  await mark(true)
  await counts(one, 0)

  // Of those that are hidden one goes on listening, and another when that is closed.
  await seen(two, false)
  await seen(three, false)
  await r.context.clock.fastForward(31_000)
  await streams(3)
  await two.close()
  await streams(3)
  await mark(false)
  await counts(three, 1)
  await mark(true)
  await counts(three, 0)
  assert.deepEqual(r.troubles, [])
  await r.context.close()
})

test('a server that goes and comes again takes nothing away', async () => {
  await page.goto(server.url + '/')
  await list().getByRole('link', { name: /Ada Lovelace/ }).click()
  await texts().getByText('This one is new.').waitFor()
  const missed = { peers: ada, body: 'While the server was away', date: new Date(), read: false }
  await server.away([missed], async () => {
    await page.getByText('No connection to the server').waitFor()
    await page.getByRole('textbox', { name: 'Text', exact: true }).fill('Into the void')
    await page.keyboard.press('Enter')
    await page.getByText('Trying again cannot send it twice').waitFor()
  })
  await texts().getByText('While the server was away').waitFor({ timeout: 15_000 })
  await page.getByText('No connection to the server').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.locator('.message.out', { hasText: 'Into the void' }).getByText('Waiting for a phone').waitFor()
})

test('who could not be signed out is told so', async () => {
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.route('**/api/v1/session', (r) => (r.request().method() === 'DELETE' ? r.abort() : r.continue()))
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('You are still signed in').waitFor()
  await page.unroute('**/api/v1/session')
})

test('who signs out is out, in every tab', async () => {
  const second = await reader.page('/')
  await second.locator('.message').first().waitFor()
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in' }).waitFor()
  await second.getByRole('button', { name: 'Sign in' }).waitFor()
  await second.close()
})

test('nothing broke the rules of the page, and nothing came from elsewhere', () => {
  assert.deepEqual([...new Set(reader.troubles)], [])
})
