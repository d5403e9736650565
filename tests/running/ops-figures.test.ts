import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { openWorld, type World } from '../harness/world.ts'
import { ROOT } from './run-script.ts'

const rule = z.strictObject({
  alert: z.string().regex(/^[A-Z][A-Za-z]+$/),
  expr: z.string(),
  for: z
    .string()
    .regex(/^\d+m$/)
    .optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.strictObject({ summary: z.string().min(10), runbook_url: z.string() }),
})
const ruleFile = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(rule).min(1) })).min(1),
})
const dashboardFile = z.looseObject({
  uid: z.string(),
  title: z.string(),
  schemaVersion: z.number(),
  panels: z.array(
    z.looseObject({
      id: z.number(),
      title: z.string(),
      description: z.string().optional(),
      type: z.enum(['row', 'stat', 'timeseries']),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
      targets: z.array(z.looseObject({ expr: z.string(), datasource: z.object({ uid: z.string() }) })).default([]),
    }),
  ),
})

const PROMTOOL = 'promtool'

const alerts = ruleFile.parse(parse(readText('ops/prometheus/rules.yml'))).groups.flatMap(({ rules }) => rules)
const dashboard = dashboardFile.parse(JSON.parse(readText('ops/grafana/loyalty-live.json')))
const scrape = parse(readText('ops/prometheus/prometheus.yml')) as {
  rule_files: string[]
  scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[]
}

const expressions = [
  ...alerts.map(({ alert, expr }) => [alert, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [`panel ${title}`, expr] as const)),
]

describe('what rules and dashboard ask for is there to be asked for', () => {
  /** Every series' name that a scrape gives, and the labels of its kind. */
  let shown: ReadonlyMap<string, ReadonlySet<string>>
  let routes: ReadonlySet<string>
  let world: World

  beforeAll(async () => {
    world = await openWorld()
    const tenant = await world.tenant('figures')
    const screen = await world.screen(tenant)
    await screen.becomes('live')
    const { id } = await tenant.enrol({ points: 100 })
    await world.redeem(await world.api.signIn(tenant, 'terminal'), id, 1)
    const pages = await Promise.all(
      [world.api.url, world.realtime!.url].map(async (url) => (await fetch(`${url}/metrics`)).text()),
    )
    shown = readSeries(pages.join('\n'))
    const document = await world.api.call('GET', '/openapi.json')
    routes = new Set(Object.keys(document.body['paths']))
  })
  afterAll(() => world.close())

  test.each(expressions)('%s', (_name, expr) => {
    const asked = [...expr.matchAll(/\b(loyalty_\w+|nodejs_\w+|process_\w+|up)\b(?:\{([^}]*)\})?/g)]
    expect(asked.length).toBeGreaterThan(0)
    for (const [, name, matchers = ''] of asked) {
      if (name !== 'up') expect([...shown.keys()], `${name} in ${expr}`).toContain(name)
      for (const [, label, , value] of matchers.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)) {
        if (label === 'job') continue
        if (declaredLabels(name!).length > 0) expect(declaredLabels(name!), expr).toContain(label)
        if (label === 'route' && value!.startsWith('/api/')) {
          for (const route of value!.split('|')) expect(routes).toContain(route)
        } else if (label === 'outcome') {
          for (const outcome of value!.split('|')) expect(sources, expr).toContain(`'${outcome}'`)
        }
      }
    }
  })

  /** Labels that a figure has in the scrape; of one that nothing has happened to yet, none is known. */
  function declaredLabels(name: string): string[] {
    return [...(shown.get(name) ?? [])]
  }
})

test('the rules speak of the jobs that prometheus.yml scrapes, and it loads them', () => {
  const jobs = scrape.scrape_configs.map(({ job_name: name }) => name)
  const named = expressions.flatMap(([, expr]) => [...expr.matchAll(/job="([^"]+)"/g)].map((match) => match[1]))
  expect(new Set(named)).toEqual(new Set(jobs))
  expect(jobs.every((name) => name.startsWith('loyalty-'))).toBe(true)
  expect(scrape.rule_files).toEqual(['rules.yml'])
})

test('Prometheus scrapes every process that ops/pm2 runs, each at an address of its own', () => {
  const { apps } = JSON.parse(readText('ops/pm2/two-apis.config.json')) as { apps: { env: Record<string, string> }[] }
  const ports = apps.map(({ env }) => env['API_PORT'] ?? env['REALTIME_PORT']!)
  const scraped = scrape.scrape_configs.flatMap((job) => job.static_configs.flatMap(({ targets }) => targets))
  expect(new Set(scraped.map((target) => target.split(':')[1]!))).toEqual(new Set(ports))
})

test('ops/pm2 runs the same services as ecosystem.config.json, with the same times', () => {
  const read = (path: string) =>
    (JSON.parse(readText(path)) as { apps: Record<string, unknown>[] }).apps.map(
      ({ name: _name, instances: _instances, env: _env, ...same }) => same,
    )
  const [api, realtime] = read('ecosystem.config.json')
  expect(read('ops/pm2/two-apis.config.json')).toEqual([api, api, realtime])
})

test('every alert has its page in the runbook, every page its alert', () => {
  const pages = readdirSync(join(ROOT, 'docs', 'runbook')).filter((file) => file !== 'README.md')
  expect(new Set(pages)).toEqual(new Set(alerts.map(({ alert }) => `${alert}.md`)))
  for (const { alert, annotations } of alerts) expect(annotations.runbook_url).toBe(`docs/runbook/${alert}.md`)
})

test.each(alerts.map(({ alert, labels }) => [alert, labels.severity] as const))(
  'the page of %s says how bad it is, how to look, what to do, and when to wake somebody',
  (alert, severity) => {
    const page = readText(`docs/runbook/${alert}.md`)
    expect(page.startsWith(`# ${alert}\n\n**${severity}**. `)).toBe(true)
    expect([...page.matchAll(/^## (.+)$/gm)].map((match) => match[1])).toEqual(['Look', 'Do', 'Wake somebody'])
    expect(page).toMatch(/## Look\n\n```sh\n.+/)
    expect(page.split('\n').length).toBeLessThan(50)
  },
)

test('what runbook and rules link to, and every figure that a page greps for, exists', () => {
  const figures = readText('docs/operations.md')
  for (const file of globSync('docs/runbook/*.md', { cwd: ROOT })) {
    const page = readText(file)
    for (const [, path] of page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)) {
      expect({ file, path, exists: existsSync(join(ROOT, 'docs', 'runbook', path!)) }).toEqual({
        file,
        path,
        exists: true,
      })
    }
    for (const [figure] of page.matchAll(/\bloyalty_(?:api|realtime)_\w+/g)) expect(figures).toContain(`\`${figure}\``)
  }
})

test('no two panels of the dashboard lie over each other, and each says what it shows', () => {
  const { panels } = dashboard
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  for (const { title, type, description, gridPos, targets } of panels) {
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24)
    if (type === 'row') continue
    expect(description?.length ?? 0, title).toBeGreaterThan(10)
    expect(targets.length, title).toBeGreaterThan(0)
    for (const { datasource } of targets) expect(datasource.uid).toBe('${datasource}')
  }
  const overlaps = panels.flatMap((one, index) =>
    panels.slice(index + 1).filter((other) => overlap(one.gridPos, other.gridPos)),
  )
  expect(overlaps).toEqual([])
})

test('promtool finds nothing wrong with rules and configuration, and every rule fires when it should', ({ skip }) => {
  skip(spawnSync(PROMTOOL, ['--version']).status !== 0, 'promtool is not installed (Debian: prometheus)')
  for (const args of [
    ['check', 'config', 'ops/prometheus/prometheus.yml'],
    ['test', 'rules', 'ops/prometheus/rules.test.yml'],
  ]) {
    const { status, stdout, stderr } = spawnSync(PROMTOOL, args, { cwd: ROOT, encoding: 'utf8' })
    expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' })
  }
})

test('every alert is tried out in rules.test.yml', () => {
  const tried = [...readText('ops/prometheus/rules.test.yml').matchAll(/alertname: (\w+)/g)].map((match) => match[1])
  expect(new Set(tried)).toEqual(new Set(alerts.map(({ alert }) => alert)))
})

type Place = { x: number; y: number; w: number; h: number }

const overlap = (one: Place, other: Place) =>
  one.x < other.x + other.w && other.x < one.x + one.w && one.y < other.y + other.h && other.y < one.y + one.h

function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8')
}

const sources = globSync('services/*/src/**/*.ts', { cwd: ROOT })
  .filter((file) => !file.endsWith('.test.ts'))
  .map(readText)
  .join('\n')

/** Series of a page in the Prometheus text format, those that nothing has happened to yet included. */
function readSeries(page: string): Map<string, Set<string>> {
  const series = new Map<string, Set<string>>()
  for (const [, name, type] of page.matchAll(/^# TYPE (\w+) (\w+)$/gm)) {
    const suffixes = type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
    for (const suffix of suffixes) series.set(`${name}${suffix}`, new Set())
  }
  for (const [, name, labels] of page.matchAll(/^(\w+)\{([^}]*)\}/gm)) {
    for (const [, label] of labels!.matchAll(/(\w+)="/g)) series.get(name!)?.add(label!)
  }
  return series
}
