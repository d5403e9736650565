import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { icons, manifest } from './manifest.ts'

/** The file that the API serves as /worker.js: the service worker's scope is where it lies. */
export const WORKER_FILE = 'worker.js'

/**
 * Makes an app of the console that can be installed: manifest and icons among the hashed assets, the version of the build in the page,
 * and in the service worker with the names of the scripts and styles that belong to it.
 */
export const installableApp: Plugin = {
  name: 'installable-app',
  apply: 'build',
  enforce: 'post',

  buildStart() {
    for (const { file } of icons) {
      this.emitFile({ type: 'asset', name: file, source: readFileSync(join(import.meta.dirname, file)) })
    }
  },

  generateBundle(_options, bundle) {
    const files = Object.values(bundle)
    const iconUrls = new Map(
      files.flatMap((file) => (file.type === 'asset' ? file.names.map((name) => [name, `/${file.fileName}`]) : [])),
    )
    const source = JSON.stringify(manifest((file) => iconUrls.get(file) ?? this.error(`${file} was not emitted`)))
    const manifestFile = `assets/manifest-${hash(source)}.webmanifest`
    this.emitFile({ type: 'asset', fileName: manifestFile, source })

    const assets = files
      .map(({ fileName }) => fileName)
      .filter((name) => /^assets\/.*\.(js|css)$/.test(name))
      .map((name) => `/${name}`)
      .toSorted()
    const page = bundle['index.html']
    const worker = bundle[WORKER_FILE]
    if (page?.type !== 'asset' || worker?.type !== 'chunk') this.error('the build has no page, or no worker')
    // Every asset is named after its content; the page's own text is what is left.
    const version = hash(JSON.stringify([assets, page.source, worker.code]))
    const head = `<link rel="manifest" href="/${manifestFile}"><meta name="console-version" content="${version}">`
    page.source = String(page.source).replace('</title>', `</title>${head}`)
    worker.code = worker.code
      .replace('__CONSOLE_VERSION__', version)
      .replace(/["'`]__CONSOLE_ASSETS__["'`]/, JSON.stringify(assets))
  },
}

const hash = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 12)
