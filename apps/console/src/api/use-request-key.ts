import { useRef } from 'react'

/**
 * An idempotency key for what somebody wants: the same as long as they want the same, so that asking again after no answer
 * cannot do it twice.
 */
export function useRequestKey(): (body: unknown) => { readonly 'idempotency-key': string } {
  const last = useRef({ wanted: '', key: '' })
  return (body) => {
    const wanted = JSON.stringify(body)
    if (last.current.wanted !== wanted) last.current = { wanted, key: crypto.randomUUID() }
    return { 'idempotency-key': last.current.key }
  }
}
