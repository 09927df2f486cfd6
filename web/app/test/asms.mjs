// Runs the real program for the tests, and a browser for its pages.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const repository = fileURLToPath(new URL('../../..', import.meta.url))

/** program is the path of the asms under test. */
export const program = process.env.ASMS_BIN ?? join(repository, 'bin/asms')
if (!existsSync(program)) throw new Error(`${program} is not there: build it, or give its path in ASMS_BIN`)

export const password = 'correct horse 7'

async function freePort() {
  const s = createServer().listen(0, '127.0.0.1')
  await once(s, 'listening')
  const { port } = s.address()
  s.close()
  await once(s, 'close')
  return port
}

async function answers(url, child) {
  for (let n = 0; n < 400; n++) {
    if (child.exitCode !== null) throw new Error(`asms ended with ${child.exitCode}: ${child.said}`)
    try {
      await fetch(url)
      return
    } catch {
      await sleep(25)
    }
  }
  throw new Error('asms does not answer: ' + child.said)
}

/** start runs asms until stop is called. */
async function start(data, args, port) {
  port ??= await freePort()
  const child = spawn(program, [...args, '--data', data, '--listen', `127.0.0.1:${port}`], { stdio: ['pipe', 'pipe', 'pipe'] })
  child.said = ''
  for (const out of [child.stdout, child.stderr]) out.on('data', (d) => (child.said += d))
  const url = `http://127.0.0.1:${port}`
  await answers(url, child)
  return {
    url,
    port,
    async end() {
      if (child.exitCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

const newData = () => mkdtempSync(join(tmpdir(), 'asms-browser-'))

/** demo is a server with two simulated phones on a simulated network. */
export async function demo() {
  const data = newData()
  const d = await start(data, ['demo'])
  const file = join(data, 'password')
  while (!existsSync(file) || readFileSync(file, 'utf8').trim() === '') await sleep(20)
  return {
    url: d.url,
    user: 'demo',
    password: readFileSync(file, 'utf8').trim(),
    async stop() {
      await d.end()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

function run(command, args, input) {
  const r = spawnSync(command, args, { input, cwd: repository, encoding: 'utf8', maxBuffer: 1 << 26 })
  if (r.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${r.error ?? r.stderr}`)
}

/**
 * mailbox is a server without phones, with texts in it: objects with peers (as
 * in a To), body, date, and out or read.
 */
export async function mailbox(texts) {
  const data = newData()
  run(program, ['user', 'add', 'ann', '--admin', '--data', data, '--password-stdin'], password + '\n')
  const seed = join(data, 'seed')
  run('go', ['build', '-o', seed, './web/app/test/testdata/seed'])
  const put = (texts) => run(seed, [data, 'ann'], texts.map((t) => JSON.stringify(t)).join('\n'))
  put(texts)
  let d = await start(data, ['serve'])
  return {
    url: d.url,
    user: 'ann',
    password,
    /** away ends the server, puts texts into the mailbox, does f and starts it again. */
    async away(texts, f) {
      await d.end()
      put(texts)
      await f()
      d = await start(data, ['serve'], d.port)
    },
    async stop() {
      await d.end()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

export async function browser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** seen has a page think that it is shown, or that it is not. */
export function seen(p, yes) {
  return p.evaluate((state) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
    document.dispatchEvent(new Event('visibilitychange'))
  }, yes ? 'visible' : 'hidden')
}

/** Reader is a browser profile, and all that went wrong in it. */
export class Reader {
  troubles = []

  static async open(chromium, server, options = {}) {
    const r = new Reader()
    r.server = server
    r.context = await chromium.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options })
    r.context.setDefaultTimeout(8000)
    await r.context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (e) => console.error(`CSP ${e.violatedDirective} ${e.blockedURI}`))
    })
    r.context.on('request', (q) => {
      const url = new URL(q.url())
      if (url.protocol.startsWith('http') && url.origin !== server.url) r.troubles.push('request to ' + url.origin)
    })
    return r
  }

  async page(path = '/') {
    const p = await this.context.newPage()
    p.on('pageerror', (e) => this.troubles.push('error ' + e.stack))
    p.on('console', (m) => {
      // The browser reports every answer that is not a success; those are tested elsewhere.
      if (m.type() === 'error' && !m.text().startsWith('Failed to load resource')) this.troubles.push('console ' + m.text())
    })
    await p.goto(this.server.url + path)
    return p
  }

  /** signedIn is a page of somebody who has given name and password in the form. */
  async signedIn(path = '/') {
    const p = await this.page(path)
    await this.signIn(p)
    return p
  }

  async signIn(p) {
    await p.getByLabel('Name').fill(this.server.user)
    await p.getByLabel('Password').fill(this.server.password)
    await p.getByRole('button', { name: 'Sign in' }).click()
    await p.getByRole('navigation', { name: 'Main' }).or(p.getByRole('region', { name: 'Conversation' })).first().waitFor()
  }

  /** call asks the API with the cookie of the session. */
  async call(method, path, data) {
    const r = await this.context.request.fetch(this.server.url + '/api/v1' + path, { method, data })
    if (!r.ok()) throw new Error(`${method} ${path}: ${r.status()} ${await r.text()}`)
    return r.status() === 204 ? null : r.json()
  }
}
