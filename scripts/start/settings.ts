import { z } from 'zod'
import { dataFolder } from '../database.ts'

export const API_PORT = 9010
export const REALTIME_PORT = 9011

const port = z.coerce.number({ error: 'must be a port' }).int().min(1).max(65_535)

const environment = z.object({
  NODE_ENV: z.enum(['production', 'development', 'test']).default('development'),
  API_HOST: z.string().default('127.0.0.1'),
  API_PORT: port.default(API_PORT),
  REALTIME_HOST: z.string().default('127.0.0.1'),
  REALTIME_PORT: port.default(REALTIME_PORT),
  DATABASE_URL: z.string().optional(),
})

export type Address = { readonly host: string; readonly port: number }

export type Settings = {
  readonly mode: 'production' | 'development' | 'test'
  /** Where everything lives that has to survive: database, secrets, process numbers. Absolute. */
  readonly dataDir: string
  readonly api: Address
  readonly realtime: Address
  /** Null: the embedded server. */
  readonly databaseUrl: string | null
  /** Whether the console is built when it is not, or is older than its sources. */
  readonly console: boolean
  /** All of it, for the services, which read the rest themselves. */
  readonly env: Readonly<Record<string, string>>
}

/** Reads what `npm start` itself needs to know. @throws Error that names every variable that is wrong */
export function readSettings(env: Record<string, string | undefined>): Settings {
  const present = Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1])),
  )
  const parsed = environment.safeParse(present)
  if (!parsed.success) {
    throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'))
  }
  const e = parsed.data
  return {
    mode: e.NODE_ENV,
    dataDir: dataFolder(present),
    api: { host: e.API_HOST, port: e.API_PORT },
    realtime: { host: e.REALTIME_HOST, port: e.REALTIME_PORT },
    databaseUrl: e.DATABASE_URL ?? null,
    console: true,
    env: present,
  }
}

/** Whether M-Pesa is played here: in development, unless the environment says where it is. */
export const playsMpesa = ({ mode, env }: Pick<Settings, 'mode' | 'env'>): boolean =>
  mode !== 'production' && !env['MPESA_URL']

/** How somebody on this machine reaches an address; a server on all addresses is reached at localhost. */
export function urlOf({ host, port: number }: Address): string {
  const name = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host) ? 'localhost' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${number}`
}
