import { Button, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { NoAnswer } from '../api/http.ts'
import { useWords } from '../language/language.tsx'
import classes from './states.module.css'

/** There is nothing to show, and why. */
export function EmptyState({ icon, title, children }: { icon?: ReactNode; title: string; children?: ReactNode }) {
  return (
    <Stack className={classes['state']} gap="xs">
      {icon && (
        <span className={classes['icon']} aria-hidden="true">
          {icon}
        </span>
      )}
      <Title order={2} size="md">
        {title}
      </Title>
      {children && <Text c="dimmed">{children}</Text>}
    </Stack>
  )
}

/** Something could not be read: says what, and offers to try again. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const words = useWords().states
  const why = error instanceof NoAnswer ? words.noAnswer : error instanceof Error ? error.message : String(error)
  return (
    <Stack className={classes['state']} gap="xs" role="alert">
      <span className={classes['icon']} aria-hidden="true">
        <IconAlertTriangle size={28} />
      </span>
      <Title order={2} size="md">
        {words.errorTitle}
      </Title>
      <Text c="dimmed">{why}</Text>
      <Button mt="xs" variant="default" leftSection={<IconRefresh size={16} aria-hidden="true" />} onClick={onRetry}>
        {words.tryAgain}
      </Button>
    </Stack>
  )
}

/** The place of rows that are on their way, as high as they will be: nothing jumps when they come. */
export function LoadingRows({ rows, heightPx }: { rows: number; heightPx: number }) {
  const words = useWords().states
  return (
    <div role="status" aria-label={words.loading}>
      {Array.from({ length: rows }, (_, index) => (
        <div key={index} className={classes['row']} style={{ height: heightPx }}>
          <Skeleton height={30} width={30} circle />
          <Skeleton height={12} width={`${34 - ((index * 7) % 16)}%`} />
          <Skeleton height={12} width={64} ml="auto" />
        </div>
      ))}
    </div>
  )
}

/** The place of a chart that is on its way: as high as what holds it. */
export function LoadingChart() {
  const words = useWords().states
  return (
    <div role="status" aria-label={words.loading} className={classes['chart']}>
      <Skeleton height={14} width="45%" />
      <Skeleton height="100%" />
    </div>
  )
}
