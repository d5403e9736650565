import { z } from 'zod'
import { catalogue, CURRENT_VERSION, eventSchema, eventTypes } from './catalogue.ts'
import { broadcastAnswer, broadcastRequest, controlAnswer, controlRequest } from './wire/broadcast.ts'
import { clientMessages, connectError, handshake, refreshTokenAnswer, serverMessages } from './wire/socket.ts'

/** JSON Schema (draft 7) of a contract schema, as a reader sees it: what is written on the wire. */
export function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(schema, { target: 'draft-7', io: 'input' })
}

const SIGNATURE_HEADERS = {
  type: 'object',
  required: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
  properties: {
    'webhook-id': { type: 'string', description: 'Unique for this message; the same on a repeat' },
    'webhook-timestamp': { type: 'string', description: 'Seconds since the epoch; at most 5 minutes away' },
    'webhook-signature': { type: 'string', description: 'v1,<base64 HMAC-SHA256 of id.timestamp.body>' },
  },
}

function message(name: string, summary: string, schema: z.ZodType, headers?: object): Record<string, unknown> {
  return {
    name,
    summary,
    contentType: 'application/json',
    payload: { schemaFormat: 'application/schema+json;version=draft-07', schema: jsonSchema(schema) },
    ...(headers ? { headers } : {}),
  }
}

const messages: Record<string, Record<string, unknown>> = {
  ...Object.fromEntries(eventTypes.map((type) => [type, message(type, catalogue[type].summary, eventSchema(type))])),
  ready: message('ready', 'First message: where the stream stands, and whether the gap follows', serverMessages.ready),
  head: message('head', 'Steady beat with the position of the last event', serverMessages.head),
  token_expiring: message('token_expiring', 'The token is about to expire', serverMessages.token_expiring),
  conflated: message(
    'conflated',
    'Events were left out: superseded ones, or, for a customer, one that came too late',
    serverMessages.conflated,
  ),
  closing: message('closing', 'The server is about to close this socket', serverMessages.closing),
  connect_error: message('connect_error', 'The connection was refused', connectError),
  handshake: message('handshake', 'The auth object of the Socket.IO handshake', handshake),
  refresh_token: message('refresh_token', 'A fresh token for the same subject', clientMessages.refresh_token),
  refresh_token_answer: message('refresh_token_answer', 'Acknowledgement of refresh_token', refreshTokenAnswer),
  broadcast: message('broadcast', 'One event or an array of events', broadcastRequest, SIGNATURE_HEADERS),
  broadcast_answer: message('broadcast_answer', '202 of POST /broadcast', broadcastAnswer),
  control: message('control', 'Heads of streams and revoked subjects', controlRequest, SIGNATURE_HEADERS),
  control_answer: message('control_answer', '202 of POST /control', controlAnswer),
}

const refs = (channel: string, names: readonly string[]) =>
  names.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` }))

const channelMessages = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }]))

const customerTypes = eventTypes.filter((type) => catalogue[type].audience === 'tenant-and-customer')
const toSocket = ['ready', 'head', 'token_expiring', 'conflated', 'closing', 'connect_error']
const fromSocket = ['handshake', 'refresh_token']

/**
 * The AsyncAPI 3.0 document of the realtime server, built from the schemas that the code itself uses.
 *
 * @param url where clients reach the server, such as `http://localhost:9011`
 */
export function asyncApiDocument(url: string): Record<string, unknown> {
  const { host, protocol } = new URL(url)
  const tenantNames = [...eventTypes, ...toSocket, ...fromSocket, 'refresh_token_answer']
  const customerNames = [...customerTypes, ...toSocket, ...fromSocket, 'refresh_token_answer']
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'loyalty-live realtime',
      version: `${CURRENT_VERSION}.0.0`,
      description:
        'Socket.IO 4 at /socket.io. The server chooses the rooms from the token. Every event arrives under its own type as the event name, so a bare socket.io-client can listen.',
    },
    defaultContentType: 'application/json',
    servers: {
      socket: { host, protocol: protocol === 'https:' ? 'wss' : 'ws', pathname: '/socket.io' },
      http: { host, protocol: protocol.replace(':', '') },
    },
    channels: {
      tenant: {
        address: 'tenant:{tenant}',
        description: 'Room of staff and terminals of one tenant',
        servers: [{ $ref: '#/servers/socket' }],
        parameters: { tenant: { description: 'Tenant slug, from the token' } },
        messages: channelMessages(tenantNames),
      },
      customer: {
        address: 'customer:{customerId}',
        description: 'Room of one customer, across tenants',
        servers: [{ $ref: '#/servers/socket' }],
        parameters: { customerId: { description: 'UUID, from the token' } },
        messages: channelMessages(customerNames),
      },
      broadcast: {
        address: '/broadcast',
        servers: [{ $ref: '#/servers/http' }],
        messages: channelMessages(['broadcast', 'broadcast_answer']),
      },
      control: {
        address: '/control',
        servers: [{ $ref: '#/servers/http' }],
        messages: channelMessages(['control', 'control_answer']),
      },
    },
    operations: {
      sendToTenant: {
        action: 'send',
        channel: { $ref: '#/channels/tenant' },
        messages: refs('tenant', [...eventTypes, ...toSocket]),
      },
      sendToCustomer: {
        action: 'send',
        channel: { $ref: '#/channels/customer' },
        messages: refs('customer', [...customerTypes, ...toSocket]),
      },
      receiveHandshake: {
        action: 'receive',
        channel: { $ref: '#/channels/tenant' },
        messages: refs('tenant', ['handshake']),
      },
      refreshToken: {
        action: 'receive',
        channel: { $ref: '#/channels/tenant' },
        messages: refs('tenant', ['refresh_token']),
        reply: {
          channel: { $ref: '#/channels/tenant' },
          messages: refs('tenant', ['refresh_token_answer']),
        },
      },
      receiveBroadcast: {
        action: 'receive',
        channel: { $ref: '#/channels/broadcast' },
        bindings: { http: { method: 'POST', bindingVersion: '0.3.0' } },
        messages: refs('broadcast', ['broadcast']),
        reply: { channel: { $ref: '#/channels/broadcast' }, messages: refs('broadcast', ['broadcast_answer']) },
      },
      receiveControl: {
        action: 'receive',
        channel: { $ref: '#/channels/control' },
        bindings: { http: { method: 'POST', bindingVersion: '0.3.0' } },
        messages: refs('control', ['control']),
        reply: { channel: { $ref: '#/channels/control' }, messages: refs('control', ['control_answer']) },
      },
    },
    components: { messages },
  }
}
