import type { Dashboard } from '@loyalty-live/client/query'
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { IconDownload } from '@tabler/icons-react'
import { useDashboardWords } from '../../language/dashboard-words.ts'
import { useToasts } from '../../parts/toasts.tsx'
import { useSession } from '../../session/use-session.tsx'

/** The money of the period, line by line, as a file for a spreadsheet. */
export function ExportButton({ tenant, dashboard }: { tenant: string; dashboard: Dashboard | null }) {
  const words = useDashboardWords()
  const { askFile } = useSession()
  const toasts = useToasts()
  const save = useMutation({
    async mutationFn({ period, from, to }: Dashboard) {
      const name = `money-${tenant}-${from}-to-${to}.csv`
      keepFile(await askFile(`/api/admin/dashboard.csv?period=${period}`), name)
      return name
    },
    onSuccess: (name) => toasts.show({ text: words.exported(name), tone: 'good' }),
    onError: () => toasts.show({ text: words.exportFailed, tone: 'bad' }),
  })
  return (
    <Button
      variant="default"
      aria-label={words.export}
      leftSection={<IconDownload size={16} aria-hidden="true" />}
      disabled={dashboard === null}
      loading={save.isPending}
      onClick={() => dashboard && save.mutate(dashboard)}
    >
      <span className="roomy">{words.export}</span>
    </Button>
  )
}

/** As if somebody had followed a link to it: a link of the page carries no token. */
function keepFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file)
  const link = Object.assign(document.createElement('a'), { href: url, download: name })
  link.click()
  URL.revokeObjectURL(url)
}
