import { useSyncExternalStore } from 'react'
import type { UpdateWatch } from '../../update/watch-updates.ts'
import { Button } from '../parts/button.tsx'
import { useWords } from '../words/language.tsx'
import classes from './frame.module.css'

/** Offers the new version, and leaves it to the customer when to take it. */
export function UpdateNotice({ watch }: { watch: UpdateWatch }) {
  const words = useWords().app
  const isThereAnother = useSyncExternalStore(watch.subscribe, () => watch.isThereAnother)
  return (
    <div role="status">
      {isThereAnother && (
        <div className={classes['update']}>
          {words.newVersion}
          <Button size="small" onClick={() => location.reload()}>
            {words.reload}
          </Button>
        </div>
      )}
    </div>
  )
}
