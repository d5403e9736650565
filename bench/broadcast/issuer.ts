import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { makeSecrets } from '../../scripts/start/secrets.ts'
import type { Scratch } from '../machine/scratch.ts'
import { roomName } from './peers.ts'

export type Issuer = {
  /** Where a realtime server finds the key. */
  readonly jwksUrl: string
  /** Tokens of staff, one for each room's tenant, good for an hour. */
  tokens(rooms: number): string[]
}

/** Stands in for the API's sign-in, so that a realtime server can be measured alone. */
export async function startIssuer(scratch: Scratch): Promise<Issuer> {
  const key = createPrivateKey({ key: JSON.parse(makeSecrets().AUTH_SIGNING_KEY), format: 'jwk' })
  const jwks = JSON.stringify({
    keys: [{ ...createPublicKey(key).export({ format: 'jwk' }), kid: 'bench', alg: 'EdDSA' }],
  })
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(jwks)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  scratch.onClose(async () => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo

  function token(tenant: string): string {
    const exp = Math.floor(Date.now() / 1000) + 3600
    const claims = { sub: 'bench', role: 'admin', tenant, iss: 'loyalty-live', aud: 'loyalty-live', exp }
    const body = [{ alg: 'EdDSA', kid: 'bench' }, claims].map(base64url).join('.')
    return `${body}.${sign(null, Buffer.from(body), key).toString('base64url')}`
  }

  return {
    jwksUrl: `http://127.0.0.1:${port}/.well-known/jwks.json`,
    tokens: (rooms) => Array.from({ length: rooms }, (_, room) => token(roomName(room))),
  }
}

const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
