import type { Page } from '../shapes.ts'
import { createCell, type Cell } from './cell.ts'

export type PageParams = { readonly limit: number; readonly pageAfter?: string }

export type ListState<PageOf> = {
  /** Everything that was read so far, as if it were one page; null before the first. */
  readonly page: PageOf | null
  readonly more: 'idle' | 'reading' | 'failed'
}

/** A list, newest first, of which as much is kept fresh as was read. */
export type List<PageOf> = {
  readonly state: Cell<ListState<PageOf>>
  /** Reads everything that is shown again. Rejects when it cannot. */
  read(): Promise<void>
  /** Reads the next, older page. A failure is in the state. */
  readMore(): Promise<void>
}

const ROWS_PER_PAGE = 30
/** The API gives no more at once; what lies further back is read again as one scrolls. */
const ROWS_MAX = 500

/** @param readPage asks the API */
export function createList<Row, PageOf extends Page<Row>>(
  readPage: (params: PageParams) => Promise<PageOf>,
): List<PageOf> {
  const state = createCell<ListState<PageOf>>({ page: null, more: 'idle' })
  const inTurn = createTurns()

  return {
    state,
    read: () =>
      inTurn(async () => {
        const shown = state.value.page?.items.length ?? 0
        const page = await readPage({ limit: Math.min(Math.max(shown, ROWS_PER_PAGE), ROWS_MAX) })
        state.set({ page, more: 'idle' })
      }),
    readMore: () =>
      inTurn(async () => {
        const { page } = state.value
        if (!page?.nextCursor) return
        state.set({ page, more: 'reading' })
        try {
          const next = await readPage({ limit: ROWS_PER_PAGE, pageAfter: page.nextCursor })
          state.set({ page: { ...next, items: [...page.items, ...next.items] }, more: 'idle' })
        } catch {
          state.set({ page, more: 'failed' })
        }
      }),
  }
}

/** One after the other: an answer that was read earlier never replaces one that was read later. */
function createTurns(): (task: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  return (task) => {
    const turn = last.then(task)
    last = turn.catch(() => undefined) // told to whoever asked for it
    return turn
  }
}
