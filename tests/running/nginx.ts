import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../scripts/free-ports.ts'
import { until } from '../harness/until.ts'
import { ROOT } from './run-script.ts'

const NGINX = 'nginx'
const OPENSSL = 'openssl'

export type Nginx = {
  readonly httpUrl: string
  readonly httpsUrl: string
  /** The certificate that its clients must believe. */
  readonly certificate: string
  accessLog(): string
  errorLog(): string
  /** What `nginx -t` says, and how it ended. */
  check(): { status: number | null; said: string }
  start(): Promise<void>
  close(): Promise<void>
}

/** What is not on this machine and needed to run nginx; empty when nothing is. */
export function missingForNginx(): string {
  const missing = [
    [NGINX, '-v'],
    [OPENSSL, 'version'],
  ].filter(([command, argument]) => spawnSync(command!, [argument!]).status !== 0)
  return missing.map(([command]) => command).join(' and ')
}

/**
 * nginx with ops/nginx/loyalty-live.conf as it is in the repository, but for what differs from one machine to the next:
 * ports, the certificate's place, the log's.
 *
 * @param ports where the parts are, by the port that the file says
 */
export async function prepareNginx(ports: Readonly<Record<string, number>>): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'loyalty-nginx-'))
  const file = (name: string) => join(folder, name)
  mkdirSync(file('temp'))
  const [http, https] = await freePorts(2)
  makeCertificate(file('key.pem'), file('cert.pem'))
  const text = Object.entries(ports)
    .reduce(
      (conf, [from, to]) => conf.replaceAll(`127.0.0.1:${from}`, `127.0.0.1:${to}`),
      readFileSync(join(ROOT, 'ops', 'nginx', 'loyalty-live.conf'), 'utf8'),
    )
    .replaceAll(/listen \[::\].*\n/g, '')
    .replace('listen 80;', `listen 127.0.0.1:${http};`)
    .replace('listen 443 ssl http2;', `listen 127.0.0.1:${https} ssl http2;`)
    .replace(/ssl_certificate +\S+;/, `ssl_certificate ${file('cert.pem')};`)
    .replace(/ssl_certificate_key +\S+;/, `ssl_certificate_key ${file('key.pem')};`)
    .replaceAll('/var/log/nginx/loyalty-live.log', file('access.log'))
  writeFileSync(file('loyalty-live.conf'), text)
  writeFileSync(file('nginx.conf'), around(folder))
  const args = ['-p', folder, '-e', file('error.log'), '-c', file('nginx.conf')]
  let child: ReturnType<typeof spawn> | null = null
  return {
    httpUrl: `http://localhost:${http}`,
    httpsUrl: `https://localhost:${https}`,
    certificate: readFileSync(file('cert.pem'), 'utf8'),
    accessLog: () => readFileSync(file('access.log'), 'utf8'),
    errorLog: () => readFileSync(file('error.log'), 'utf8'),
    check() {
      const { status, stderr } = spawnSync(NGINX, ['-t', ...args], { encoding: 'utf8' })
      return { status, said: stderr }
    },
    async start() {
      child = spawn(NGINX, args, { stdio: 'ignore' })
      await until(() => fetch(`http://localhost:${http}/`, { redirect: 'manual' }).then(Boolean, () => false))
    },
    async close() {
      if (child !== null && child.exitCode === null) {
        const exited = new Promise((done) => child!.once('exit', done))
        child.kill('SIGTERM')
        await exited
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What /etc/nginx/nginx.conf is on a machine of one's own. */
const around = (folder: string) => `
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 512; }
http {
  client_body_temp_path ${folder}/temp/body;
  proxy_temp_path ${folder}/temp/proxy;
  fastcgi_temp_path ${folder}/temp/fastcgi;
  uwsgi_temp_path ${folder}/temp/uwsgi;
  scgi_temp_path ${folder}/temp/scgi;
  include ${folder}/loyalty-live.conf;
}
`

function makeCertificate(key: string, certificate: string): void {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const { status, stderr } = spawnSync(
    OPENSSL,
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...subject, '-keyout', key, '-out', certificate],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(stderr)
}
