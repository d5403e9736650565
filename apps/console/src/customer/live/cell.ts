import { useSyncExternalStore } from 'react'

/** A value that screens follow. */
export type Cell<Value> = { readonly value: Value; subscribe(listener: () => void): () => void }

export type WritableCell<Value> = Cell<Value> & { set(value: Value): void }

export function createCell<Value>(initial: Value): WritableCell<Value> {
  const listeners = new Set<() => void>()
  let value = initial
  return {
    get value() {
      return value
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    set(next) {
      if (Object.is(next, value)) return
      value = next
      for (const listener of listeners) listener()
    },
  }
}

/** What a cell holds; renders again when it is something else. */
export const useCell = <Value>(cell: Cell<Value>): Value => useSyncExternalStore(cell.subscribe, () => cell.value)
