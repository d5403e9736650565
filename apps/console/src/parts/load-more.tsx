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

/**
 * The end of a list that is read page by page: reads on when it comes near, and says so when that fails. Belongs directly
 * into the element that scrolls.
 */
export function LoadMore({ more, readAheadPx = 400 }: { more: MorePages; readAheadPx?: number }) {
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
      { root: end.current.parentElement, rootMargin: `${readAheadPx}px` },
    )
    watcher.observe(end.current)
    return () => watcher.disconnect()
  }, [wanted, fetchNextPage, readAheadPx])

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
