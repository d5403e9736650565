import { Button } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useWords } from '../language/language.tsx'
import classes from './load-more.module.css'

export type MorePages = {
  readonly hasNextPage: boolean
  readonly isFetchingNextPage: boolean
  readonly isFetchNextPageError: boolean
  fetchNextPage(): unknown
}

/** Before the end of a list comes into sight, its next page is read. */
const READ_AHEAD = '400px'

/** The end of a list that is read page by page: reads on when it comes near, and says so when that fails. */
export function LoadMore({ more }: { more: MorePages }) {
  const words = useWords().states
  const end = useRef<HTMLDivElement>(null)
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = more
  const wanted = hasNextPage && !isFetchingNextPage && !isFetchNextPageError

  // Watched anew after each page: one that was short or empty leaves the end in sight, which no watcher would tell again.
  useEffect(() => {
    if (!wanted || !end.current) return
    const watcher = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) fetchNextPage()
      },
      { rootMargin: READ_AHEAD },
    )
    watcher.observe(end.current)
    return () => watcher.disconnect()
  }, [wanted, fetchNextPage])

  return (
    <div ref={end}>
      {isFetchNextPageError && (
        <p className={classes['failed']}>
          {words.loadMoreFailed}
          <Button size="compact-sm" variant="default" onClick={() => fetchNextPage()}>
            {words.tryAgain}
          </Button>
        </p>
      )}
    </div>
  )
}
