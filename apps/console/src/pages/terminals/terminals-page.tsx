import { getRouteApi } from '@tanstack/react-router'
import { useWords } from '../../language/language.tsx'
import { RefreshButton } from '../../live/refresh-button.tsx'
import { Columns } from '../../parts/columns.tsx'
import { Page } from '../../shell/page.tsx'
import { StaffPanel } from './staff-panel.tsx'
import { TerminalsPanel } from './terminals-panel.tsx'

const route = getRouteApi('/$tenant/admin/terminals')

/** Who can sign in here: tills with their keys, people with their roles. */
export function TerminalsPage() {
  const { nav } = useWords()
  const { tenant } = route.useParams()
  const { user } = route.useRouteContext()
  return (
    <Page title={nav.terminals} actions={<RefreshButton />}>
      <Columns>
        <TerminalsPanel tenant={tenant} />
        <StaffPanel tenant={tenant} me={user} />
      </Columns>
    </Page>
  )
}
