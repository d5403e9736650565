import { useWords } from '../../language/language.tsx'
import { Page } from '../../shell/page.tsx'
import { ChannelsPanel } from './channels-panel.tsx'
import { ConnectionPanel } from './connection-panel.tsx'
import classes from './health.module.css'
import { LatencyPanel } from './latency-panel.tsx'

/** Whether this screen is live, by which way, how fast; and, when it is not, which part of the way is broken. */
export function HealthPage() {
  const { nav } = useWords()
  return (
    <Page title={nav.health}>
      <div className={classes['grid']}>
        <ConnectionPanel />
        <ChannelsPanel />
        <LatencyPanel />
      </div>
    </Page>
  )
}
