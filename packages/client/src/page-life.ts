/** The part of a document that says what becomes of its page. */
type PageDocument = Pick<EventTarget, 'addEventListener' | 'removeEventListener'> & {
  readonly defaultView: EventTarget | null
}

/**
 * Tells when the page is put away (kept for Back and Forward, frozen, or about to end) and when it is back; the answer ends
 * it. Where there is no page nothing is told.
 *
 * A page that keeps a lock or a socket while it is away is a leader that nobody hears, and browsers do not keep it for Back.
 * `freeze` and `resume` are Chromium's; elsewhere a frozen page is noticed by its silence.
 */
export function watchPage(onAway: () => void, onBack: () => void): () => void {
  const { document } = globalThis as { document?: PageDocument }
  let isAway = false
  // A page that is kept for Back is told to be hidden, then to be frozen; one that is loaded is shown without having been away.
  const turn = (away: boolean, tell: () => void) => () => {
    if (isAway === away) return
    isAway = away
    tell()
  }
  const [leave, comeBack] = [turn(true, onAway), turn(false, onBack)]
  const heard = [
    [document?.defaultView, 'pagehide', leave],
    [document, 'freeze', leave],
    [document, 'resume', comeBack],
    [document?.defaultView, 'pageshow', comeBack],
  ] as const
  for (const [target, name, hear] of heard) target?.addEventListener(name, hear)
  return () => {
    for (const [target, name, hear] of heard) target?.removeEventListener(name, hear)
  }
}
