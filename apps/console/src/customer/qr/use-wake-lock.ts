import { useEffect } from 'react'

/** Keeps the screen on while the page is looked at; a browser that cannot, or will not on a low battery, lets it go dark. */
export function useWakeLock(): void {
  useEffect(() => {
    let held: WakeLockSentinel | null = null
    let wanted = true

    async function hold(): Promise<void> {
      if (document.visibilityState !== 'visible' || (held !== null && !held.released)) return
      try {
        held = (await navigator.wakeLock?.request('screen')) ?? null
        if (!wanted) await held?.release()
      } catch {
        held = null // refused: nothing depends on it
      }
    }

    const holdAgain = () => void hold()
    holdAgain()
    // The browser lets go of it whenever the page is hidden.
    document.addEventListener('visibilitychange', holdAgain)
    return () => {
      wanted = false
      document.removeEventListener('visibilitychange', holdAgain)
      void held?.release()
    }
  }, [])
}
