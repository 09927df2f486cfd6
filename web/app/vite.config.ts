import { rmSync } from 'node:fs'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

// The server that `npm run dev` talks to.
const server = process.env.ASMS_URL ?? 'http://127.0.0.1:8080'

const assets = new URL('../dist/assets', import.meta.url)

export default defineConfig({
  plugins: [
    svelte(),
    { name: 'clean', apply: 'build', buildStart: () => rmSync(assets, { recursive: true, force: true }) },
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
