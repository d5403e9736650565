// @vitest-environment happy-dom
import { act, createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { LoyaltyClient } from '../client.ts'
import { send, setUpLive } from '../../test/client-setup.ts'
import { render } from '../../test/render.ts'
import { useLiveStatus, useLoyaltyEvents } from './live.ts'

/** Of happy-dom: the project's own types have no DOM. */
declare const document: any

beforeEach(() => vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true))
afterEach(() => vi.unstubAllGlobals())

function Badge() {
  const { state, reason } = useLiveStatus()
  return `${state} ${reason ?? ''}`.trim()
}

function Toasts({ heard, name }: { heard: string[]; name: string }) {
  useLoyaltyEvents('loyalty_updated', ({ seq }) => heard.push(`${name} ${seq}`))
  return null
}

describe('useLiveStatus', () => {
  test('follows the status of the client', async () => {
    const it = await setUpLive()
    const page = await render(it.client, createElement(Badge))
    expect(page.text()).toBe('live')
    await act(async () => it.client.stop())
    expect(page.text()).toBe('offline stopped')
    await page.unmount()
  })

  test('renders the age again when only the last confirmation has moved', async () => {
    vi.useFakeTimers()
    try {
      let renders = 0
      const at = (ms: number) => ({ state: 'polling', since: new Date(0), lastConfirmedAt: new Date(ms), reason: null })
      const client = { status: at(0), on: () => () => {} }
      const Age = () => {
        renders += 1
        return String(useLiveStatus().lastConfirmedAt?.getTime())
      }
      const page = await render(client as unknown as LoyaltyClient, createElement(Age))
      client.status = at(15_000)
      await act(async () => vi.advanceTimersByTime(1_000))
      expect(page.text()).toBe('15000')
      const quiet = renders
      await act(async () => vi.advanceTimersByTime(10_000))
      expect(renders).toBe(quiet)
      await page.unmount()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  test('says what is missing when there is no provider', () => {
    const root = createRoot(document.createElement('div'), { onUncaughtError: () => {} })
    expect(() => act(() => root.render(createElement(Badge)))).toThrow('<LoyaltyProvider>')
  })
})

describe('useLoyaltyEvents', () => {
  test('calls the handler of the last render, once for each event, until it is unmounted', async () => {
    const it = await setUpLive()
    const heard: string[] = []
    const page = await render(it.client, createElement(Toasts, { heard, name: 'first' }))
    await act(async () => send(it, 11))
    await page.show(createElement(Toasts, { heard, name: 'second' }))
    await act(async () => send(it, 12))
    await page.unmount()
    send(it, 13)
    expect(heard).toEqual(['first 11', 'second 12'])
  })
})
