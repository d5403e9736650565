// @vitest-environment happy-dom
import { act, createElement } from 'react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { AnyEvent } from '@loyalty-live/events'
import type { Dashboard, Page, RecentPayment } from '../query/snapshots.ts'
import { setUpLive } from '../../test/client-setup.ts'
import { eventAt } from '../../test/events.ts'
import { render } from '../../test/render.ts'
import { useDashboardData, useDashboardRealtime } from './dashboard.ts'
import { useClientPaymentMonitor } from './payment-monitor.ts'

beforeEach(() => vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true))
afterEach(() => vi.unstubAllGlobals())

const JOHN = '0199f000-0000-7000-8000-000000000001'
const idOf = (number: number) => `0199f000-0000-7000-8000-${String(number).padStart(12, '0')}`

/** Payment number `number` is told at a position of the stream. */
function paid(seq: number, number: number, changes: object = {}): AnyEvent {
  return {
    ...eventAt(1, seq),
    type: 'payment_recorded',
    data: {
      paymentId: idOf(number),
      paymentVersion: 2,
      provider: 'mpesa',
      providerReference: null,
      status: 'succeeded',
      amountMinor: 100 * number,
      refundedMinor: 0,
      currency: 'KES',
      customerId: JOHN,
      customerName: 'John Doe',
      bookingId: null,
      pointsAwarded: null,
      ...changes,
    },
  }
}

const listed = (number: number, changes: Partial<RecentPayment> = {}): RecentPayment => ({
  id: idOf(number),
  version: 1,
  provider: 'mpesa',
  status: 'succeeded',
  amountMinor: 100 * number,
  refundedMinor: 0,
  currency: 'KES',
  customerId: JOHN,
  customerName: 'John Doe',
  bookingId: null,
  pointsAwarded: 0,
  paidAt: '2026-11-21T11:00:00.000Z',
  ...changes,
})

const dashboardAt = (cursor: string, outstanding: number) =>
  ({ cursor, points: { outstanding } }) as unknown as Dashboard

describe('useDashboardData', () => {
  test('reads the figures of a period, and again after what changes them', async () => {
    const it = await setUpLive()
    vi.useFakeTimers()
    try {
      const asked: string[] = []
      const Screen = ({ period }: { period: 'today' | '7d' }) => {
        const { data } = useDashboardData(period, (which) => {
          asked.push(which)
          return Promise.resolve(dashboardAt(it.client.cursor!, asked.length))
        })
        return String(data?.points.outstanding ?? 'nothing')
      }
      const page = await render(it.client, createElement(Screen, { period: 'today' }))
      const first = asked.length
      expect(page.text()).toBe(String(first))
      await act(async () => vi.advanceTimersByTimeAsync(2_000))
      await act(async () => it.socket().message('payment_recorded', paid(11, 1)))
      await act(async () => vi.advanceTimersByTimeAsync(50))
      expect([asked.length, page.text()]).toEqual([first + 1, String(first + 1)])
      await page.show(createElement(Screen, { period: '7d' }))
      expect(asked.at(-1)).toBe('7d')
      await page.unmount()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('useDashboardRealtime', () => {
  test('puts payments on top as they arrive, each once, in its newest state', async () => {
    const it = await setUpLive()
    const read = [listed(2), listed(1)]
    const Screen = () => {
      const { payments, status } = useDashboardRealtime(read, 3)
      const shown = payments.map(({ amountMinor, refundedMinor }) => `${amountMinor}-${refundedMinor}`)
      return [status.state, ...shown].join(' ')
    }
    const page = await render(it.client, createElement(Screen))
    expect(page.text()).toBe('live 200-0 100-0')
    const tell = (event: AnyEvent) => act(async () => it.socket().message(event.type, event))
    await tell(paid(11, 3))
    await tell(paid(12, 4, { status: 'pending' }))
    await tell(paid(13, 2, { refundedMinor: 50 }))
    expect(page.text()).toBe('live 300-0 200-50 100-0')
    await tell(paid(14, 4, { paymentVersion: 3 }))
    expect(page.text()).toBe('live 400-0 300-0 200-50')
    await page.unmount()
  })
})

describe('useClientPaymentMonitor', () => {
  test('follows the payments of one customer until they are settled', async () => {
    const it = await setUpLive()
    const items = [listed(1, { status: 'pending', paidAt: null })]
    const load = (): Promise<Page<RecentPayment>> => Promise.resolve({ items, nextCursor: null, cursor: '1:10' })
    const Till = ({ customerId }: { customerId: string }) => {
      const { payments, pending, isSettled } = useClientPaymentMonitor(customerId, load)
      return `${payments.map(({ status }) => status).join(' ')} ${pending.length} ${isSettled}`
    }
    const page = await render(it.client, createElement(Till, { customerId: JOHN }))
    expect(page.text()).toBe('pending 1 false')
    const tell = (event: AnyEvent) => act(async () => it.socket().message(event.type, event))
    await tell(paid(11, 7, { customerId: idOf(2) }))
    expect(page.text()).toBe('pending 1 false')
    await tell(paid(12, 1, { status: 'failed' }))
    expect(page.text()).toBe('failed 0 true')
    await page.show(createElement(Till, { customerId: idOf(2) }))
    expect(page.text()).not.toContain('failed')
    await page.unmount()
  })
})
