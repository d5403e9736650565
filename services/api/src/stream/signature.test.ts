import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { signer } from './signature.ts'

test.each(['', 'whsec_'])(
  'a body signed with a secret that begins with "%s" is what Standard Webhooks verifies',
  (prefix) => {
    const secret = prefix + randomBytes(32).toString('base64')
    const body = JSON.stringify({ name: 'Nyong’o', points: -75 })
    const at = new Date()
    const headers = {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signer(secret)('msg_1', at, body),
    }
    expect(new Webhook(secret).verify(body, headers)).toEqual(JSON.parse(body))
    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow()
  },
)
