import { spawn, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { until } from '../harness/until.ts'
import { connect, jwks, loyaltyUpdated, post, SECRET, signToken } from './harness.ts'

const MAIN = join(import.meta.dirname, '../../services/realtime/src/main.ts')

/** The real process, with the environment that it is given and no other. */
function start(env: Record<string, string>) {
  const child: ChildProcess = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  const run = { child, stdout: '', stderr: '', ready: false, exitCode: undefined as number | null | undefined }
  child.stdout!.on('data', (chunk) => (run.stdout += String(chunk)))
  child.stderr!.on('data', (chunk) => (run.stderr += String(chunk)))
  child.on('message', (message) => (run.ready ||= message === 'ready'))
  child.on('exit', (code) => (run.exitCode = code))
  onTestFinished(() => void child.kill('SIGKILL'))
  return run
}

/** Started, ready, and where it listens. */
async function startReady(env: Record<string, string> = {}) {
  const provider = createServer((_request, response) => void response.end(JSON.stringify(jwks)))
  await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void provider.close())
  const { port } = provider.address() as AddressInfo
  const run = start({
    REALTIME_PORT: '0',
    BROADCAST_SECRET: SECRET,
    AUTH_JWKS_URL: `http://127.0.0.1:${port}/jwks.json`,
    ...env,
  })
  await until(() => run.ready, 'the process to be ready', 20_000)
  const listening = run.stdout.split('\n').find((line) => line.includes('"listening"'))!
  return { ...run, run, url: (JSON.parse(listening) as { url: string }).url }
}

describe('the process', { timeout: 40_000 }, () => {
  test('with a faulty environment says all that is wrong and exits 78', async () => {
    const run = start({ REALTIME_PORT: 'nine', HOLD_MS: 'x' })
    await until(() => run.exitCode !== undefined, 'the exit', 20_000)
    expect(run.exitCode).toBe(78)
    for (const name of ['BROADCAST_SECRET', 'REALTIME_PORT', 'HOLD_MS']) expect(run.stderr).toContain(name)
    expect(run.stderr).not.toContain('    at ')
  })

  test('serves a client, and on SIGTERM drains and exits 0', async () => {
    const { run, url } = await startReady({ DRAIN_SECONDS: '0.5' })
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    const client = connect(url, { token: await signToken({ tenant: 'demo' }) })
    await client.next('ready')
    await post(`${url}/broadcast`, loyaltyUpdated('demo', 1))
    await client.next('loyalty_updated')
    expect(await (await fetch(`${url}/metrics`)).text()).toContain('process_cpu_seconds_total')
    const startedAt = performance.now()
    run.child.kill('SIGTERM')
    await client.disconnected()
    expect(client.messages.at(-1)).toEqual({ name: 'closing', data: { code: 'draining' } })
    await until(() => run.exitCode !== undefined, 'the exit')
    expect(run.exitCode).toBe(0)
    expect(performance.now() - startedAt).toBeLessThan(2500)
    expect(run.stdout).not.toContain(SECRET)
    for (const line of run.stdout.trim().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow()
  })

  test('on SIGINT without clients exits at once', async () => {
    const { run } = await startReady()
    const startedAt = performance.now()
    run.child.kill('SIGINT')
    await until(() => run.exitCode !== undefined, 'the exit')
    expect(run.exitCode).toBe(0)
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  test('whose port is taken says so and exits 1', async () => {
    const { url } = await startReady()
    const run = start({ REALTIME_PORT: new URL(url).port, BROADCAST_SECRET: SECRET })
    await until(() => run.exitCode !== undefined, 'the exit', 20_000)
    expect(run.exitCode).toBe(1)
    expect(run.stdout).toContain('EADDRINUSE')
  })
})
