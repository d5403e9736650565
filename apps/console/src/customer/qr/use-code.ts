import { useCallback, useEffect, useRef, useState } from 'react'
import { useCustomer } from '../live/live-customer.tsx'
import type { QrCode } from '../shapes.ts'
import { timeOf, type CodeTime } from './code-time.ts'

/**
 * | state   | means                                            | left by                                           |
 * |---------|--------------------------------------------------|---------------------------------------------------|
 * | asking  | no code is shown, one is on its way              | answer → shown; none → without                    |
 * | shown   | the code counts; at `renewAtMs` another is asked  | another → shown; `goneAtMs`, page hidden → asking |
 * | without | the server does not answer                        | it does → shown                                   |
 */
export type ShownCode =
  | { readonly state: 'asking' | 'without' }
  | { readonly state: 'shown'; readonly qr: string; readonly time: CodeTime }

/** Looked at so often because timers sleep with the machine: whoever wakes it must not see a code that has ended. */
const LOOK_EVERY_MS = 250
/** Between two tries while the server does not answer. */
const RETRY_MS = 2_000

/** A code that counts, renewed in time, as long as the page is looked at; never one that has ended. `renew`: it was used up. */
export function useCode(): { readonly code: ShownCode; renew(): void } {
  const { session } = useCustomer()
  const [code, setCode] = useState<ShownCode>({ state: 'asking' })
  const current = useRef(code)
  const asking = useRef<AbortController | null>(null)
  const askAgainAtMs = useRef(0)

  const become = useCallback((next: ShownCode) => {
    current.current = next
    setCode(next)
  }, [])

  const ask = useCallback(async () => {
    if (asking.current !== null) return
    const abort = (asking.current = new AbortController())
    const askedAtMs = Date.now()
    try {
      const got = await session.ask<QrCode>('/api/me/qr', { signal: abort.signal })
      become({ state: 'shown', qr: got.qr, time: timeOf(got, askedAtMs) })
      askAgainAtMs.current = 0
    } catch {
      if (abort.signal.aborted) return
      askAgainAtMs.current = Date.now() + RETRY_MS
      if (current.current.state !== 'shown') become({ state: 'without' })
    } finally {
      if (asking.current === abort) asking.current = null
    }
  }, [session, become])

  const drop = useCallback(() => {
    asking.current?.abort()
    asking.current = null
    become({ state: 'asking' })
  }, [become])

  useEffect(() => {
    function look(): void {
      const now = Date.now()
      const shown = current.current
      if (document.visibilityState === 'hidden') {
        if (shown.state === 'shown') drop()
        return
      }
      const isDue = shown.state !== 'shown' || now >= shown.time.renewAtMs
      // A clock that was set back says nothing about how long the code has been here.
      const isGone = shown.state === 'shown' && (now >= shown.time.goneAtMs || now < shown.time.askedAtMs)
      if (isGone) become({ state: 'asking' })
      if ((isDue || isGone) && now >= askAgainAtMs.current) void ask()
    }
    look()
    const timer = setInterval(look, LOOK_EVERY_MS)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
      asking.current?.abort()
      asking.current = null
    }
  }, [ask, become, drop])

  const renew = useCallback(() => {
    drop()
    void ask()
  }, [ask, drop])

  return { code, renew }
}
