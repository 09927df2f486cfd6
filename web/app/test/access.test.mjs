// Every screen, looked at by axe: light and dark, wide and narrow.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import { browser, mailbox, Reader } from './asms.mjs'
import { many } from './texts.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let server, chromium, mallory, ada

before(async () => {
  ;[server, chromium] = await Promise.all([mailbox(many(300)), browser()])
  const r = await Reader.open(chromium, server)
  await r.signedIn()
  const { conversations } = await r.call('GET', '/conversations?limit=200')
  const of = (name) => conversations.find((c) => c.peers[0].name?.includes(name)).id
  mallory = of('Mallory')
  ada = of('Ada')
  for (const n of [1, 2, 3]) {
    await r.call('POST', '/contacts', { name: `Pat ${n}`, first_name: `Pat ${n}`, numbers: [{ number: `+1425555000${n}`, kind: 'mobile' }] })
  }
  await r.call('POST', '/messages', { to: ['+14255550001'], body: 'Waiting' })
  await r.call('POST', '/app-passwords', { name: 'Pixel' })
  await r.call('POST', '/tokens', { name: 'Backup', scopes: ['read'] })
  await r.context.close()
})

after(async () => {
  await chromium?.close()
  await server?.stop()
})

const settled = (p, path) => ({
  '/': () => p.getByRole('list', { name: 'Conversations' }).getByRole('link').first().waitFor().then(() => p.viewportSize().width > 800 && p.locator('.message').first().waitFor()),
  '/contacts': () => p.getByRole('list', { name: 'Contacts' }).getByRole('link').first().waitFor(),
  '/contacts/new': () => p.getByLabel('First name').waitFor(),
  '/phones': () => p.getByRole('img', { name: /QR/ }).waitFor(),
  '/settings': () => p.getByRole('button', { name: 'Delete Pixel' }).waitFor(),
  '/admin': () => p.getByText('Database').waitFor(),
  '/c/new': () => p.getByRole('combobox', { name: 'To' }).waitFor(),
  '/?q=lunch': () => p.locator('mark').first().waitFor(),
  '/nothing': () => p.getByText('There is nothing here').or(p.getByText(/not found/i)).first().waitFor(),
})[path]?.() ?? p.locator('.message').first().waitFor()

// What axe finds in the light it finds in the dark, but for colours.
async function look(p, screen, wrong) {
  for (const colorScheme of ['light', 'dark']) {
    await p.emulateMedia({ colorScheme })
    await p.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))) // the colours are there
    const options = colorScheme === 'light' ? {} : { runOnly: ['color-contrast', 'link-in-text-block'] }
    const { violations } = await p.evaluate((o) => globalThis.axe.run(document, { resultTypes: ['violations'], ...o }), options)
    for (const v of violations) {
      wrong.push(`${screen}, ${colorScheme}: ${v.id}: ${v.nodes.map((n) => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')).join(' | ')}`)
    }
  }
}

for (const width of [1280, 390]) {
  test(`${width} px, light and dark`, async () => {
    const r = await Reader.open(chromium, server, { viewport: { width, height: 820 }, reducedMotion: 'reduce' })
    const wrong = []
    // The policy of the page lets nothing in: axe comes with the browser instead.
    await r.context.addInitScript(axe)
    const p = await r.page()
    await p.getByRole('button', { name: 'Sign in' }).waitFor()
    await look(p, 'sign in', wrong)
    await p.close()
    const q = await r.signedIn()
    for (const path of ['/', '/c/' + mallory, '/c/' + ada, '/?q=lunch', '/c/new', '/contacts', '/contacts/new', '/phones', '/settings', '/admin']) {
      await q.goto(server.url + path)
      await settled(q, path)
      await look(q, path, wrong)
      const { wide, window } = await q.evaluate(() => ({ wide: document.documentElement.scrollWidth, window: innerWidth }))
      assert.ok(wide <= window, `${path} is ${wide} wide`)
      if (path === '/settings') {
        await q.getByRole('button', { name: 'Delete Pixel' }).click()
        await look(q, 'question', wrong)
      }
      if (path === '/c/new') {
        await q.getByRole('button', { name: 'Send later' }).click()
        await q.getByLabel('Give up after').selectOption('1 day')
        await look(q, 'send later', wrong)
        assert.ok(await q.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
      }
      if (path === '/admin') {
        await q.getByRole('button', { name: /What to do with/ }).first().click()
        await look(q, 'menu of a user', wrong)
      }
      if (path === '/c/' + ada) {
        await q.getByRole('button', { name: 'What to do with this conversation' }).click()
        await look(q, 'menu', wrong)
      }
    }
    assert.deepEqual(wrong, [])
    assert.deepEqual(r.troubles, [])
    await r.context.close()
  })
}
