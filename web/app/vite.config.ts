import { readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig, type Plugin } from 'vite'

// The server that `npm run dev` talks to.
const server = process.env.ASMS_URL ?? 'http://127.0.0.1:8080'

/** clean takes away the assets of the build before, whose names differ. */
function clean(): Plugin {
  let assets = ''
  return {
    name: 'clean',
    apply: 'build',
    configResolved: (config) => void (assets = resolve(config.root, config.build.outDir, 'assets')),
    generateBundle: () => rmSync(assets, { recursive: true, force: true }),
  }
}

// What is built in beside our own, and asks for its license to be passed on.
const notices = ['svelte/LICENSE.md', 'clsx/license']

/** licenses writes licenses.txt, and fails when something is built in that it does not name. */
const licenses: Plugin = {
  name: 'licenses',
  apply: 'build',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      for (const id of chunk.type === 'chunk' ? chunk.moduleIds : []) {
        const name = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1]
        if (name && !notices.some((n) => n.startsWith(name + '/'))) this.error(`${name} is built in: name its license in vite.config.ts`)
      }
    }
    const text = notices.map((n) => `${n.split('/')[0]}\n\n${readFileSync(new URL('node_modules/' + n, import.meta.url), 'utf8').trim()}\n`)
    this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: 'The web app of asms is built from asms and from these.\n\n' + text.join('\n\n') })
  },
}

export default defineConfig({
  plugins: [
    svelte(),
    licenses,
    clean(),
  ],
  build: {
    outDir: '../dist',
    emptyOutDir: false, // .gitkeep stays there
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    target: ['chrome123', 'firefox121', 'safari17.5'],
  },
  server: { proxy: { '/api': { target: server, changeOrigin: true } } },
})
