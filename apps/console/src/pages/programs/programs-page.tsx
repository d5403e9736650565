import { Button } from '@mantine/core'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { IconCards, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { settingsQuery } from '../../api/engagement-queries.ts'
import { programPagesQuery } from '../../api/admin-queries.ts'
import { useEngagementWords } from '../../language/engagement-words.ts'
import { useFormat, useWords } from '../../language/language.tsx'
import { RefreshButton } from '../../live/refresh-button.tsx'
import { Columns } from '../../parts/columns.tsx'
import { ListPanel } from '../../parts/list-panel.tsx'
import { useSession } from '../../session/use-session.tsx'
import { Page } from '../../shell/page.tsx'
import { EditProgramDialog, NewProgramDialog } from './program-dialog.tsx'
import { ProgramRow } from './program-row.tsx'
import { SettingsPanel } from './settings-panel.tsx'

const route = getRouteApi('/$tenant/admin/programs')

/** The points schemes of the business, and the settings that hold for all of them. */
export function ProgramsPage() {
  const words = useEngagementWords().programs
  const { nav } = useWords()
  const format = useFormat()
  const { ask } = useSession()
  const { tenant } = route.useParams()
  const { user } = route.useRouteContext()
  const [editedId, setEditedId] = useState<string | null>(null)
  const [isMaking, setMaking] = useState(false)
  const programs = useInfiniteQuery(programPagesQuery(ask, tenant))
  const settings = useQuery(settingsQuery(ask, tenant))
  const currency = settings.data?.currency ?? ''
  const edited = programs.data?.pages.flatMap(({ items }) => items).find(({ id }) => id === editedId)

  return (
    <Page title={nav.programs} actions={<RefreshButton />}>
      <Columns>
        <ListPanel
          title={nav.programs}
          testId="programs"
          query={programs}
          note={(rows) => format.number(rows.length)}
          actions={
            <Button size="xs" leftSection={<IconPlus size={16} aria-hidden="true" />} onClick={() => setMaking(true)}>
              {words.create}
            </Button>
          }
          empty={{ icon: <IconCards size={28} />, title: words.emptyTitle }}
          line={(program) => <ProgramRow key={program.id} program={program} currency={currency} onEdit={setEditedId} />}
        />
        <SettingsPanel settings={settings} tenant={tenant} mayChange={user.role === 'owner'} />
      </Columns>
      {isMaking && <NewProgramDialog currency={currency} onClose={() => setMaking(false)} />}
      {edited && (
        <EditProgramDialog key={edited.id} program={edited} currency={currency} onClose={() => setEditedId(null)} />
      )}
    </Page>
  )
}
