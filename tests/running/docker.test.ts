import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { makeSecrets } from '../../scripts/start/secrets.ts'
import { parseConfig as parseApiConfig } from '../../services/api/src/config.ts'
import { parseConfig as parseRealtimeConfig } from '../../services/realtime/src/config.ts'
import { ROOT } from './run-script.ts'

// No container engine is needed here: what is held against each other is what the files say and what the services take.

type Service = {
  image: string
  build?: string
  command?: string[]
  environment: Record<string, string>
  ports?: string[]
  depends_on?: Record<string, { condition: string }>
  healthcheck?: { test: string[] }
  stop_grace_period?: string
  volumes?: string[]
}

const compose = parse(readText('docker-compose.yml'), { merge: true }) as {
  services: Record<'postgres' | 'migrate' | 'api' | 'realtime', Service>
  volumes: Record<string, unknown>
}
const { postgres, migrate, api, realtime } = compose.services
const dockerfile = readText('Dockerfile')

const given = { ...makeSecrets(), POSTGRES_PASSWORD: 'a-long-random-word' }

test('M1 with the four secrets that compose asks for, the services accept the environment that it gives them', () => {
  expect(parseApiConfig(environmentOf(api))).toMatchObject({
    host: '0.0.0.0',
    port: 9010,
    database: { url: `postgresql://loyalty:${given.POSTGRES_PASSWORD}@postgres:5432/loyalty` },
    relay: { targets: ['http://realtime:9011'], secrets: [given.BROADCAST_SECRET] },
  })
  expect(parseRealtimeConfig(environmentOf(realtime))).toMatchObject({
    host: '0.0.0.0',
    port: 9011,
    auth: { jwksUrl: 'http://api:9010/.well-known/jwks.json' },
  })
  expect(environmentOf(migrate)['DATABASE_URL']).toBe(environmentOf(api)['DATABASE_URL'])
})

test.each([
  ['api', api, 'services/api/src/config.ts'],
  ['realtime', realtime, 'services/realtime/src/config.ts'],
])('every variable that compose gives to %s is one that it reads', (_name, service, config) => {
  const read = [...readText(config).matchAll(/^ {4}([A-Z][A-Z_]+):/gm)].map((match) => match[1])
  expect(read).toContain('LOG_LEVEL')
  expect(Object.keys(service.environment).filter((variable) => !read.includes(variable))).toEqual([])
})

test('compose refuses to start without its secrets, and says which one is missing', () => {
  const texts = Object.values(compose.services).flatMap(({ environment }) => Object.values(environment))
  const required = new Set(
    texts.flatMap((text) => [...text.matchAll(/\$\{(\w+):\?([^}]+)\}/g)].map((match) => match[1])),
  )
  expect([...required].toSorted((a, b) => a!.localeCompare(b!))).toEqual([
    'AUTH_SIGNING_KEY',
    'BROADCAST_SECRET',
    'POSTGRES_PASSWORD',
    'SECRETS_KEY',
  ])
})

test('parts are published, checked and waited for where they listen, and have the time that they need to end', () => {
  expect(api.ports).toEqual(['9010:9010'])
  expect(realtime.ports).toEqual(['9011:9011'])
  expect(api.healthcheck!.test.at(-1)).toContain('http://127.0.0.1:9010/readyz')
  expect(realtime.healthcheck!.test.at(-1)).toContain('http://127.0.0.1:9011/readyz')
  expect(postgres.ports).toBeUndefined()
  expect(migrate.depends_on).toEqual({ postgres: { condition: 'service_healthy' } })
  expect(api.depends_on).toEqual({ migrate: { condition: 'service_completed_successfully' } })
  expect(parseInt(api.stop_grace_period!)).toBeGreaterThan(25)
  expect(parseInt(realtime.stop_grace_period!)).toBeGreaterThan(13)
  // From version 18 on, the image keeps its data one level up.
  expect(postgres.image).toBe('postgres:18')
  expect(postgres.volumes).toEqual(['database:/var/lib/postgresql'])
  expect(compose.volumes).toHaveProperty('database')
})

test('the image is built from files that exist, without development packages, and does not run as root', () => {
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) => match[1]!.split(' '))
  expect(copied).toContain('package-lock.json')
  expect(copied.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
  for (const workspace of (JSON.parse(readText('package-lock.json')) as Lock).packages[''].workspaces) {
    expect(copied).toContain(workspace.split('/')[0])
  }
  expect(dockerfile).toMatch(/^RUN npm ci --omit=dev/m)
  const stages = [...dockerfile.matchAll(/ AS (\S+)$/gm)].map((match) => match[1])
  const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1])
  expect(bases.filter((base) => !stages.includes(base))).toEqual(['node:26-slim', 'node:26-slim'])
  expect(dockerfile.slice(dockerfile.lastIndexOf('FROM'))).toMatch(/^USER node$/m)
  expect(readText('.dockerignore')).toMatch(/^\*\*\/node_modules$/m)
})

test('every command that a container runs exists, and imports only what is installed there', () => {
  const commands = [...Object.values(compose.services), { command: JSON.parse(/^CMD (.+)$/m.exec(dockerfile)![1]!) }]
    .map(({ command }) => command as string[] | undefined)
    .filter((command) => command !== undefined)
  expect(commands).toHaveLength(4)
  const lock = (JSON.parse(readText('package-lock.json')) as Lock).packages
  for (const [program, script] of commands) {
    expect(program).toBe('node')
    const missing = packagesOf(script!).filter((name) => {
      const installed = lock[`node_modules/${name}`]
      return installed === undefined || installed.dev === true || installed.optional === true
    })
    expect({ script, missing }).toEqual({ script, missing: [] })
  }
})

type Lock = { packages: Record<string, { dev?: boolean; optional?: boolean }> & { '': { workspaces: string[] } } }

function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

/** A container's environment once compose has filled in the secrets. */
function environmentOf({ environment }: Service): Record<string, string> {
  const fill = (text: string) =>
    text.replace(/\$\{(\w+)(?::\?[^}]*)?\}/g, (_whole, name: keyof typeof given) => given[name])
  return Object.fromEntries(Object.entries(environment).map(([name, text]) => [name, fill(text)]))
}

/** Names of the packages that a script imports, itself or through what it imports. */
function packagesOf(script: string): string[] {
  const packages = new Set<string>()
  const seen = new Set<string>()

  function visit(file: string): void {
    if (seen.has(file)) return
    seen.add(file)
    for (const [, specifier] of readFileSync(file, 'utf8').matchAll(
      /^(?:import|export) (?!type )(?:[^']* from )?'([^']+)'/gm,
    )) {
      if (specifier!.startsWith('.')) visit(resolve(dirname(file), specifier!))
      else if (!specifier!.startsWith('node:')) packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(specifier!)![0])
    }
  }

  visit(join(ROOT, script))
  return [...packages]
}
