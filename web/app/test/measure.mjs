// Measures what a page costs and how long it takes, with TEXTS texts in the
// mailbox (100,000 unless it is given). It prints the rows of docs/performance.md.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { browser, mailbox, Reader } from './asms.mjs'
import { many } from './texts.mjs'

const count = Number(process.env.TEXTS ?? 100_000)
const rounds = 7

const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]
const ms = (all) => `${median(all).toFixed(0)} ms`

// The page, as it is built.
const dist = fileURLToPath(new URL('../../dist', import.meta.url))
const index = readFileSync(join(dist, 'index.html'), 'utf8')
let first = gzipSync(index).length
let all = 0
for (const name of readdirSync(join(dist, 'assets'))) {
  const size = gzipSync(readFileSync(join(dist, 'assets', name)), { level: 9 }).length
  all += size
  if (index.includes(name)) first += size
}

const [server, chromium] = await Promise.all([mailbox(many(count)), browser()])
try {
  const reader = await Reader.open(chromium, server)
  const page = await reader.signedIn()
  const list = page.getByRole('list', { name: 'Conversations' })
  await list.getByRole('link').first().waitFor()
  const state = await reader.context.storageState()
  const { conversations } = await reader.call('GET', '/conversations?limit=200')
  const ada = conversations.find((c) => c.peers[0].name?.startsWith('Ada'))
  await reader.context.close()

  /** until measures from the beginning of the navigation to the frame in which something is there. */
  async function until(page, selector) {
    const at = await page.evaluate(
      (s) =>
        new Promise((done) => {
          const look = () => (document.querySelector(s) ? requestAnimationFrame(() => done(performance.now())) : setTimeout(look, 1))
          look()
        }),
      selector,
    )
    return at
  }

  const cold = []
  const warm = []
  const thread = []
  let bytes = 0
  for (let n = 0; n < rounds; n++) {
    const r = await Reader.open(chromium, server, { storageState: state })
    const p = await r.page('/')
    cold.push(await until(p, '[data-list] [data-row]'))
    bytes = await p.evaluate(() =>
      [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        .filter((e) => !e.name.includes('/events'))
        .reduce((sum, e) => sum + e.transferSize, 0),
    )
    await p.reload()
    warm.push(await until(p, '[data-list] [data-row]'))
    await p.goto(server.url + '/c/' + ada.id)
    thread.push(await until(p, '.message'))
    await r.context.close()
  }

  const r = await Reader.open(chromium, server, { storageState: state })
  const p = await r.page('/')
  await until(p, '[data-list] [data-row]')
  /** from measures from an act in the page to the frame in which something is there. */
  const from = (act, selector) =>
    p.evaluate(
      ([act, s]) =>
        new Promise((done) => {
          const start = performance.now()
          const [what, ...rest] = act
          if (what === 'click') document.querySelector(rest[0]).click()
          else {
            const field = document.querySelector('input[type=search]')
            field.value = rest[0]
            field.dispatchEvent(new InputEvent('input', { bubbles: true }))
          }
          const look = () => (document.querySelector(s) ? requestAnimationFrame(() => done(performance.now() - start)) : setTimeout(look, 1))
          look()
        }),
      [act, selector],
    )
  const opened = []
  const again = []
  for (let n = 1; n <= rounds; n++) {
    opened.push(await from(['click', `[data-list] li:nth-child(${n + 1}) [data-row]`], `.shell:has(li:nth-child(${n + 1}) > [aria-current='true']) .message`))
    await p.goto(server.url + '/')
    await until(p, '[data-list] [data-row]')
  }
  await p.waitForURL('**/c/*')
  await p.keyboard.press('Escape')
  await p.waitForFunction(() => !document.querySelector('.message'))
  await from(['click', '[data-list] li:nth-child(1) [data-row]'], '.message')
  await p.goBack()
  for (let n = 1; n <= rounds; n++) {
    again.push(await from(['click', '[data-list] li:nth-child(1) [data-row]'], '.message'))
    await p.goBack()
    await p.waitForFunction(() => !document.querySelector('.message'))
  }
  const searched = []
  for (let n = 0; n < rounds; n++) {
    searched.push(await from(['type', ['zanzi', 'umbr', 'zanzibar', 'umbrella', 'zan', 'umbre', 'zanziba'][n]], '[data-list] mark'))
    await p.evaluate(() => {
      const field = document.querySelector('input[type=search]')
      field.value = ''
      field.dispatchEvent(new InputEvent('input', { bubbles: true }))
    })
    await p.waitForFunction(() => !document.querySelector('[data-list] mark'))
  }
  const heap = await p.evaluate(() => performance.memory?.usedJSHeapSize ?? 0)

  console.log(`| the app's first page, gzipped (HTML, JavaScript, style) | ${(first / 1000).toFixed(0)} kB |`)
  console.log(`| all of it, with what is loaded when asked for | ${(all / 1000).toFixed(0)} kB |`)
  console.log(`| sent for the first look at the list, with its data | ${(bytes / 1000).toFixed(0)} kB |`)
  console.log(`| list of conversations on the screen, nothing cached, of ${count.toLocaleString('en')} texts | ${ms(cold)} |`)
  console.log(`| the same, app cached | ${ms(warm)} |`)
  console.log(`| a conversation of ${ada.total.toLocaleString('en')} texts by its address | ${ms(thread)} |`)
  console.log(`| a conversation from the list | ${ms(opened)} |`)
  console.log(`| one that was open before | ${ms(again)} |`)
  console.log(`| from the last key to the marked result of a search | ${ms(searched)} |`)
  console.log(`| memory of the page's JavaScript | ${(heap / 1e6).toFixed(0)} MB |`)
} finally {
  await chromium.close()
  await server.stop()
}
