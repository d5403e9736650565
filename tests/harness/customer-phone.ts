import { io } from 'socket.io-client'
import type { Answer } from './api.ts'
import type { CodeWebhook } from './code-webhook.ts'
import { until } from './until.ts'
import type { World } from './world.ts'

type Heard = { type: string; tenant: string; data: Record<string, any> }

/** A customer's telephone: signed in by a code, with a bare socket of its own, asking the API like their screens do. */
export type CustomerPhone = {
  readonly id: string
  /** Every event that came to its socket, in that order. */
  readonly heard: Heard[]
  get(path: string): Promise<Record<string, any>>
  post(path: string): Promise<Answer>
  /** A code to show at a till. */
  qr(): Promise<string>
  /** Waits until a notification of that kind came live, not counting those before; gives its data. */
  hears(kind: string): Promise<Record<string, any>>
  /** Waits until that is true of some event that came live. */
  hearsEvent(what: string, matches: (event: Heard) => boolean): Promise<Heard>
  /** Accepts or declines what was asked last. */
  answer(word: 'accept' | 'decline'): Promise<Answer>
  close(): void
}

export async function openCustomerPhone(
  world: World,
  webhook: CodeWebhook,
  phone: string,
  name?: string,
): Promise<CustomerPhone> {
  const { api } = world
  await api.call('POST', '/api/auth/customer/code', { body: { phone } })
  const body = { phone, code: webhook.codesFor(phone).at(-1), ...(name === undefined ? {} : { name }) }
  const signedIn = await api.call('POST', '/api/auth/customer/verify', { body })
  if (signedIn.status !== 200) throw new Error(`sign-in of ${phone} failed: ${signedIn.text}`)
  const token = signedIn.body['token'] as string

  const heard: Heard[] = []
  const taken = new Set<Heard>()
  const socket = io(world.realtime!.url, { auth: { token }, forceNew: true })
  let ready = false
  socket.onAny((message: string, event: Heard) => {
    if (message === 'ready') ready = true
    else if ('seq' in event && 'data' in event) heard.push(event)
  })
  await until(() => ready)

  const get = async (path: string) => (await api.call('GET', `/api/me/${path}`, { token })).body
  const post = (path: string) => api.call('POST', `/api/me/${path}`, { token })

  async function hearsEvent(what: string, matches: (event: Heard) => boolean): Promise<Heard> {
    const event = await until(() => heard.find((each) => !taken.has(each) && matches(each)), what, 5_000)
    taken.add(event)
    return event
  }

  return {
    id: signedIn.body['user'].id,
    heard,
    get,
    post,
    qr: async () => (await get('qr'))['qr'] as string,
    hearsEvent,
    hears: async (kind) =>
      (await hearsEvent(kind, ({ type, data }) => type === 'notification_created' && data['kind'] === kind)).data,
    async answer(word) {
      const { items } = await get('notifications')
      const request = items.find(({ kind }: { kind: string }) => kind.endsWith('_request'))
      return post(`notifications/${request.id}/${word}`)
    },
    close: () => void socket.disconnect(),
  }
}
