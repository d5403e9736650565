import { randomUUID } from 'node:crypto'
import type { StreamEvent } from '@loyalty-live/events'
import { reasonOf, signIn, type Answer, type Request, type Session } from '../api-session.ts'
import { newcomerPhone } from '../demo/people.ts'
import { DEMO_PASSWORD, demoTenants } from '../demo/tenants.ts'
import { openStoryScreen, type StoryScreen } from './screen.ts'
import type { Stage } from './stage.ts'

/** Who tells the story. */
export type Narrator = {
  /** Something is about to happen. */
  step(text: string): Promise<void>
  /** Somebody's screen knows, so many milliseconds after it began. */
  known(screen: string, text: string, ms: number): void
  /** What is not seen on a screen. */
  note(text: string): void
}

const BUSINESS = demoTenants[0]!
const NAME = 'Amina Odhiambo'
const WELCOME_POINTS = 120
const SPENT_POINTS = 75

/**
 * A customer's first visit, over the API and real sockets: she signs in by a code, shows a QR code, is asked, accepts, earns and
 * spends. Each step ends when everybody's screen knows of it.
 *
 * @throws Error when something is refused, or a screen does not come to know
 */
export async function playStory(stage: Stage, narrator: Narrator, stopping: AbortSignal): Promise<void> {
  await using opened = new AsyncDisposableStack()
  const open = async (name: string, session: Session, snapshot: string): Promise<StoryScreen> => {
    const screen = await openStoryScreen(stage, { name, session, snapshot, stopping })
    opened.defer(() => screen.close())
    return screen
  }
  const staff = (role: string) =>
    signIn(stage.apiUrl, {
      kind: 'staff',
      tenant: BUSINESS.id,
      email: `${role}@${BUSINESS.id}.test`,
      password: DEMO_PASSWORD,
    })
  const [owner, cashier] = await Promise.all([staff('owner'), staff('cashier')])
  const business = await open(BUSINESS.name, owner, '/api/admin/customers?limit=1')

  await narrator.step(`${NAME} signs in by the code on her phone`)
  // Somebody new every time.
  const number = newcomerPhone(Math.random)
  const since = performance.now()
  const customer = await signIn(stage.apiUrl, { kind: 'customer', phone: number, name: NAME, readCode: stage.readCode })
  narrator.note(`the code came to ${number}`)
  const phone = await open('her phone', customer, '/api/me/cards')
  narrator.known(phone.name, 'live, with no card yet', performance.now() - since)

  const isHers = (event: StreamEvent) => 'customerId' in event.data && event.data.customerId === customer.user.id
  const told = (kind: string) => (event: StreamEvent) =>
    event.type === 'notification_created' && event.data.kind === kind && isHers(event)
  const moved = (points: number) => (event: StreamEvent) =>
    event.type === 'loyalty_updated' && event.data.pointsChange === points && isHers(event)
  const enrolled = (status: string) => (event: StreamEvent) =>
    event.type === 'enrolment_updated' && event.data.status === status && isHers(event)

  /** Does something, and tells when each screen came to know. */
  async function happen(
    step: string,
    cause: () => Promise<Answer>,
    knowledge: readonly [StoryScreen, (event: StreamEvent) => boolean, string][],
  ): Promise<void> {
    await narrator.step(step)
    const sinceMs = performance.now()
    await cause()
    for (const [screen, matches, text] of knowledge) {
      narrator.known(screen.name, text, await screen.knows(sinceMs, matches))
    }
  }

  const { qr } = (await insist(customer, { method: 'GET', path: '/api/me/qr' })).body
  await happen(
    'She shows her QR code; the cashier scans it',
    () => insist(cashier, write('/api/admin/qr-scans', { qr })),
    [
      [phone, told('scanned'), `“Your QR code was scanned by ${BUSINESS.name}”`],
      [phone, told('enrolment_request'), `“${BUSINESS.name} asks you to join ${BUSINESS.programName}”`],
      [business, enrolled('pending'), `${NAME} was asked`],
    ],
  )
  const { items } = (await insist(customer, { method: 'GET', path: '/api/me/notifications?unread=true' })).body
  const request = (items as { id: string; kind: string }[]).find(({ kind }) => kind === 'enrolment_request')!
  await happen(
    'She accepts',
    () => insist(customer, { method: 'POST', path: `/api/me/notifications/${request.id}/accept` }),
    [
      [phone, told('enrolled'), `“You have joined ${BUSINESS.programName}”, her card is there`],
      [business, enrolled('active'), `${NAME} is on the list, with a card`],
    ],
  )
  const change = (action: 'add' | 'redeem', points: number) => () =>
    insist(cashier, write('/api/loyalty/phone-lookup', { phone: number, action, points, orderId: '12345' }))
  await happen(`The cashier adds ${WELCOME_POINTS} points`, change('add', WELCOME_POINTS), [
    [phone, moved(WELCOME_POINTS), `“You earned ${WELCOME_POINTS} points”`],
    [business, moved(WELCOME_POINTS), `${NAME} has ${WELCOME_POINTS}`],
  ])
  const left = WELCOME_POINTS - SPENT_POINTS
  await happen(`She pays with ${SPENT_POINTS} of them`, change('redeem', SPENT_POINTS), [
    [phone, moved(-SPENT_POINTS), `“${SPENT_POINTS} points were taken”, ${left} are left`],
    [business, moved(-SPENT_POINTS), `${NAME} has ${left}`],
  ])

  await narrator.step('Asked again, the API says the same')
  const { totals } = (await insist(customer, { method: 'GET', path: '/api/me/cards' })).body
  const { balance } = totals as { balance: number }
  if (balance !== left) throw new Error(`her cards hold ${balance} points, and not ${left}`)
  narrator.note(`her card at ${BUSINESS.name} holds ${balance} points`)
}

const write = (path: string, body: object): Request => ({
  method: 'POST',
  path,
  body,
  headers: { 'idempotency-key': randomUUID() },
})

async function insist(session: Session, request: Request): Promise<Answer> {
  const answer = await session.ask(request)
  if (answer.status >= 300) throw new Error(`${request.method} ${request.path} was answered ${reasonOf(answer)}`)
  return answer
}
