import { Button } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useSyncExternalStore } from 'react'
import { useWords } from '../language/language.tsx'
import classes from './update-notice.module.css'
import type { UpdateWatch } from './watch-updates.ts'

/** Offers the new version, and leaves it to whoever is at work here when to take it. */
export function UpdateNotice({ watch }: { watch: UpdateWatch }) {
  const words = useWords().app
  const isThereAnother = useSyncExternalStore(watch.subscribe, () => watch.isThereAnother)
  return (
    <div role="status">
      {isThereAnother && (
        <div className={classes['notice']}>
          {words.newVersion}
          <Button
            size="compact-md"
            leftSection={<IconRefresh size={16} aria-hidden="true" />}
            onClick={() => location.reload()}
          >
            {words.reloadToUpdate}
          </Button>
        </div>
      )}
    </div>
  )
}
