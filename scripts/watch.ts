import { setTimeout as sleep } from 'node:timers/promises'
import { createLoyaltyClient, LoyaltyClientError } from '@loyalty-live/client'
import { cursorText, fields } from '@loyalty-live/events'
import { signIn, SignInRefused, type Credentials, type Session } from './api-session.ts'
import { describeCommand, runCommand } from './command.ts'
import { DEMO_PASSWORD } from './demo/tenants.ts'
import { httpUrl, localUrls, parsedBy } from './options.ts'
import { aborted, listenForStop } from './stop-signal.ts'
import { createPrinter } from './watch/print.ts'

type Options = {
  tenant: string
  api: string
  realtime: string
  email?: string
  password: string
  key?: string
  after?: string
  json?: boolean
}

const SIGN_IN_AGAIN_MS = 5_000

const command = describeCommand({
  name: 'npm run watch --',
  description:
    'Prints what happens in a tenant as it happens, with how old each event was when it arrived, and every change between live, polling and offline. Uses the client SDK and nothing else; reconnects for ever; Ctrl-C ends it.',
  examples: [
    'npm run watch                                   the demo tenant',
    'npm run watch -- --key demo-terminal-key        as a till',
    'npm run --silent watch -- --json | jq .event    one JSON object a line',
  ],
})
  .option('--tenant <id>', 'whose events', parsedBy(fields.tenantId), 'demo')
  .option('--api <url>', 'where the API is', parsedBy(httpUrl), localUrls.api)
  .option('--realtime <url>', 'where the realtime server is', parsedBy(httpUrl), localUrls.realtime)
  .option('--email <address>', 'signs in as staff (default: owner@<tenant>.test)')
  .option('--password <password>', 'of that member of staff', DEMO_PASSWORD)
  .option('--key <key>', 'signs in as the terminal with this key instead')
  .option('--after <cursor>', 'starts after this position of the stream, epoch:seq; default: now', parsedBy(cursorText))
  .option('--json', 'one JSON object a line')
  .action(watch)

await runCommand(command)

async function watch({ api, realtime, after, json, ...options }: Options): Promise<void> {
  const { stopping } = listenForStop()
  const printer = createPrinter(json ?? false, (line) => console.log(line))
  const credentials = credentialsOf(options)
  const refused = Promise.withResolvers<never>()
  let session: Session | null = null
  let wasIn = false
  let ending = false

  const client = createLoyaltyClient({
    apiUrl: api,
    realtimeUrl: realtime,
    cursor: after,
    async getToken(why) {
      try {
        session ??= await signIn(api, credentials)
        const token = await session.token(why === 'expired')
        wasIn = true
        return token
      } catch (error) {
        if (!(error instanceof SignInRefused)) throw error
        session = null
        // What was never right stays wrong; what was right once may be again, when the tenant is back.
        if (!wasIn) refused.reject(error)
        throw new LoyaltyClientError('unauthorized', error.message, { cause: error })
      }
    },
  })
  client.on('event', printer.event)
  client.on('unknown', ({ type, seq }) =>
    printer.note(`event ${seq} is of the type ${type}, which this build does not know`),
  )
  client.on('reset', ({ cursor }) => printer.note(`the history was rewritten, or is gone: going on after ${cursor}`))
  client.on('status', async (status) => {
    if (ending) return
    printer.status(status)
    if (status.state !== 'unauthorized' || !wasIn) return
    await sleep(SIGN_IN_AGAIN_MS, undefined, { signal: stopping })
    client.start()
  })
  client.start()
  try {
    await Promise.race([aborted(stopping), refused.promise])
  } finally {
    ending = true
    await client.stop()
  }
}

function credentialsOf({ tenant, email = `owner@${tenant}.test`, password, key }: Omit<Options, 'api' | 'realtime'>) {
  const credentials: Credentials =
    key === undefined ? { kind: 'staff', tenant, email, password } : { kind: 'terminal', key }
  return credentials
}
