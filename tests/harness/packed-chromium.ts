import { spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress } from 'node:zlib'

const require = createRequire(import.meta.url)

export type UnpackedChromium = {
  readonly executablePath: string
  /** What has to be in its environment so that it finds its libraries and fonts. */
  readonly env: Readonly<Record<string, string>>
}

/** Whether npm brings one for this machine. */
export const hasPackedChromium = (): boolean => process.platform === 'linux' && process.arch === 'x64'

/**
 * The Chromium of @sparticuz/chromium, unpacked beside its archives the first time: three seconds, 210 MB, gone with the
 * package. The package's own way is not taken: it unpacks into the temporary folder, where two processes trip over each other,
 * and finds neither fonts nor libraries on a bare machine.
 *
 * @throws Error that says what to install, on anything but Linux on x64
 */
export async function unpackChromium(): Promise<UnpackedChromium> {
  if (!hasPackedChromium()) {
    throw new Error(
      `npm brings a Chromium for linux-x64 only, not for ${process.platform}-${process.arch}: install Chrome or Chromium` +
        ' (Debian: `apt-get install -y --no-install-recommends chromium`), or give the path of one in E2E_CHROMIUM',
    )
  }
  const archives = join(dirname(require.resolve('@sparticuz/chromium')), '..', 'bin')
  const folder = join(archives, '..', 'unpacked')
  if (!fs.existsSync(folder)) await unpack(archives, folder)
  return {
    executablePath: join(folder, 'chromium'),
    env: {
      LD_LIBRARY_PATH: join(folder, 'lib'),
      FONTCONFIG_PATH: folder,
      XDG_CACHE_HOME: join(folder, 'cache'),
    },
  }
}

/** Whole or not at all: it gets its name when everything is there. */
async function unpack(archives: string, folder: string): Promise<void> {
  const stage = fs.mkdtempSync(`${folder}-`)
  try {
    await Promise.all([
      unpackFile(join(archives, 'chromium.br'), join(stage, 'chromium')),
      ...['al2023', 'fonts', 'swiftshader'].map((name) => unpackTar(join(archives, `${name}.tar.br`), stage)),
    ])
    fs.chmodSync(join(stage, 'chromium'), 0o755)
    fs.writeFileSync(join(stage, 'fonts.conf'), FONTS)
    fs.renameSync(stage, folder)
  } catch (error) {
    fs.rmSync(stage, { recursive: true, force: true })
    // Somebody else was first, and theirs is as good.
    if (!fs.existsSync(folder)) throw error
  }
}

const unpackFile = (archive: string, file: string) =>
  pipeline(fs.createReadStream(archive), createBrotliDecompress(), fs.createWriteStream(file))

async function unpackTar(archive: string, folder: string): Promise<void> {
  const tar = spawn('tar', ['-x', '-f', '-', '-C', folder], { stdio: ['pipe', 'inherit', 'inherit'] })
  const ended = new Promise<void>((done, fail) => {
    tar.once('error', fail)
    tar.once('close', (code) => (code === 0 ? done() : fail(new Error(`tar ended with ${code} on ${archive}`))))
  })
  // It stops reading where the archive says that it ends, and says itself whether all of it was there.
  const fed = pipeline(fs.createReadStream(archive), createBrotliDecompress(), tar.stdin).catch(() => undefined)
  await Promise.all([fed, ended])
}

/** Where fonts are: the package's own, for machines that have none; the one it comes with looks into /tmp. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`
