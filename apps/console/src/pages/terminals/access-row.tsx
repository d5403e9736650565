import { Badge, Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { useAdminWords } from '../../language/admin-words.ts'
import { useFormat } from '../../language/language.tsx'
import { Line } from '../../live/line.tsx'
import { Initials } from '../../parts/initials.tsx'
import classes from './terminals.module.css'

export type AccessRowProps = {
  name: string
  mark?: ReactNode
  detail: string
  revokedAt: string | null
  /** Absent: this person may not revoke that one. */
  onRevoke?: () => void
}

/** A till or a person that can sign in, or could until they were revoked. */
export function AccessRow({ name, mark, detail, revokedAt, onRevoke }: AccessRowProps) {
  const words = useAdminWords().terminals
  const format = useFormat()
  return (
    <Line className={classes['line']} data-name={name} data-revoked={revokedAt === null ? undefined : ''}>
      <Initials name={name} />
      <span className={classes['who']}>
        <span className={classes['name']}>
          {name} {mark}
        </span>
        <span className={`${classes['detail']} figure`}>{detail}</span>
      </span>
      {revokedAt !== null ? (
        <Badge color="gray" variant="light" tt="none" fw={550} title={format.dateTime(revokedAt)}>
          {words.revoked(format.date(revokedAt))}
        </Badge>
      ) : (
        onRevoke && (
          <Button size="xs" variant="default" aria-label={words.revokeName(name)} onClick={onRevoke}>
            {words.revoke}
          </Button>
        )
      )}
    </Line>
  )
}
