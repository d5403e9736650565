import { useEffect, useRef } from 'react'
import type { ListState } from '../live/list.ts'
import { useWords } from '../words/language.tsx'
import { Button } from './button.tsx'
import classes from './load-more.module.css'

/** At the end of what was loaded: reads on when it comes into sight, and by a press. */
export function LoadMore({ state, onMore }: { state: ListState<unknown>['more']; onMore: () => void }) {
  const words = useWords().app
  const end = useRef<HTMLDivElement>(null)
  const latest = useRef(onMore)
  useEffect(() => {
    latest.current = onMore
  })

  useEffect(() => {
    if (state !== 'idle') return
    const observer = new IntersectionObserver(
      (seen) => {
        if (seen.some(({ isIntersecting }) => isIntersecting)) latest.current()
      },
      { rootMargin: '200px' },
    )
    observer.observe(end.current!)
    return () => observer.disconnect()
  }, [state])

  return (
    <div ref={end} className={classes['end']}>
      {state === 'failed' && <p role="alert">{words.loadMoreFailed}</p>}
      <Button kind="quiet" busy={state === 'reading'} onClick={onMore}>
        {state === 'failed' ? words.tryAgain : words.loadMore}
      </Button>
    </div>
  )
}
