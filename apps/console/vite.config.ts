import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'
import { installableApp, WORKER_FILE } from './pwa/plugin.ts'
import { sideOf } from './src/worker/shell.ts'

const API = process.env['API_URL'] ?? 'http://localhost:9010'
const REALTIME = process.env['REALTIME_URL'] ?? 'http://localhost:9011'

/** Built, the API chooses the page and fills in its two marks (services/api/src/http/console.ts); `vite dev` has to do it itself. */
const servedInDevelopment: Plugin = {
  name: 'served-in-development',
  apply: 'serve',
  transformIndexHtml: (html) => html.replace('__CONSOLE_SETTINGS__', JSON.stringify({ realtimeUrl: REALTIME })),
  configureServer({ middlewares }) {
    middlewares.use((request, _response, next) => {
      const [path = '/'] = (request.url ?? '/').split('?')
      if (sideOf(path) === 'customer') request.url = '/customer.html'
      next()
    })
  },
}

export default defineConfig(({ command }) => ({
  root: import.meta.dirname,
  plugins: [react(), servedInDevelopment, installableApp],
  ...(command === 'build' ? { html: { cspNonce: '__CSP_NONCE__' } } : {}),
  build: {
    target: 'es2023',
    modulePreload: { polyfill: false },
    // A data: URI would be one more source that the page's policy has to allow.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      input: ['index.html', 'customer.html', 'src/worker/worker.ts'],
      output: {
        entryFileNames: ({ name }) => (name === 'worker' ? WORKER_FILE : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: { proxy: { '/api': API } },
}))
