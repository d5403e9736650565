import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { freePorts } from '../../scripts/free-ports.ts'
import { makeSecrets } from '../../scripts/start/secrets.ts'
import type { Scratch } from '../machine/scratch.ts'
import { startProgram, type RunningProcess } from '../machine/service.ts'
import type { Issuer } from './issuer.ts'
import type { PeerName, PeerSecrets } from './peers.ts'

export type PeerServer = RunningProcess & { readonly port: number; readonly secrets: PeerSecrets }

/** Servers have one CPU to themselves, drivers another: neither's cost can show in the other's figures. */
const SERVER_CPU = 0
export const DRIVER_CPU = 1

/**
 * A fresh server for each measurement: none carries on what another one left.
 *
 * @param cpu that it has to itself; null: it runs wherever the system likes
 */
export async function startPeerServer(
  scratch: Scratch,
  name: PeerName,
  issuer: Issuer,
  rooms: number,
  cpu: number | null = SERVER_CPU,
): Promise<PeerServer> {
  const [port] = await freePorts(1)
  const { BROADCAST_SECRET } = makeSecrets()
  const secrets = { tokens: name === 'ours' ? issuer.tokens(rooms) : [], broadcastSecret: BROADCAST_SECRET }
  const process = await startProgram(scratch, {
    program: programOf(scratch, name),
    env: environment(),
    ...(cpu === null ? {} : { cpu }),
  })
  return { ...process, port, secrets }

  function environment(): Record<string, string> {
    if (name !== 'ours') return { PORT: String(port) }
    return { REALTIME_PORT: String(port), BROADCAST_SECRET, AUTH_JWKS_URL: issuer.jwksUrl, DRAIN_SECONDS: '0' }
  }
}

function programOf(scratch: Scratch, name: PeerName): string {
  switch (name) {
    case 'ours':
      return 'services/realtime/src/main.ts'
    case 'socketio':
      return 'bench/programs/socketio-hub.ts'
    case 'ws':
      return 'bench/programs/ws-hub.ts'
    case 'floor':
      return floorProgram(scratch)
  }
}

/** Compiles the floor, once; null says why it cannot be. */
export function whyNoFloor(scratch: Scratch): string | null {
  const source = join(import.meta.dirname, '..', 'floor', 'hub.c')
  const { status, error, stderr } = spawnSync('cc', ['-O2', '-o', floorProgram(scratch), source], { encoding: 'utf8' })
  if (status === 0 && existsSync(floorProgram(scratch))) return null
  return error ? 'there is no C compiler (cc) here' : `cc could not compile it: ${stderr.trim().split('\n')[0]}`
}

const floorProgram = (scratch: Scratch) => join(scratch.folder, 'floor-hub')
