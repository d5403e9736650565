import type { Scrolling } from '../../tests/browser/customer-table.ts'
import { withScratch, type Scratch } from '../machine/scratch.ts'
import type { Findings, Part, Say, Settings } from '../run/part.ts'
import { figureText } from '../run/print.ts'
import { inTurns } from '../run/statistics.ts'
import { measureBurst, type Burst } from './burst.ts'
import { openDesk } from './desk.ts'
import { measureFirstLoad, type FirstLoad } from './first-load.ts'
import { measureScrolling, measureUpdates, openListByName, openListByPoints, type Updates } from './open-list.ts'
import { reportConsole } from './report.ts'
import { measureTakings, openDashboard, type Takings } from './takings.ts'

const UPDATES_PER_SECOND = 20
const UPDATES_MIN = 50
const PAYMENTS_MIN = 20

export type ConsoleRounds = {
  readonly loads: readonly FirstLoad[]
  readonly updates: readonly Updates[]
  readonly scrolls: readonly Scrolling[]
  readonly takings: readonly Takings[]
  readonly bursts: Readonly<Record<'byName' | 'byPoints', readonly Burst[]>>
}

/** What people see of it: the customers page of a business with 10,000 of them, and its dashboard, in a real Chromium. */
export const consolePart: Part = {
  name: 'console',
  description:
    'first load, updates, scrolling and a burst on a customers page of 10,000, payments on a dashboard, in a real Chromium',
  run: (settings, say) => withScratch((scratch) => measure(scratch, settings, say)),
}

async function measure(scratch: Scratch, settings: Settings, say: Say): Promise<Findings> {
  const desk = await openDesk(scratch)
  const { loads } = await inTurns(settings, { loads: () => measureFirstLoad(desk) }, (_name, { firstRowMs }, round) =>
    say(`round ${round}/${settings.rounds}: the first customer after ${figureText(firstRowMs)} ms`),
  )
  say('reading all of the list')
  const list = await openListByName(desk)
  const count = Math.max(UPDATES_MIN, settings.seconds * UPDATES_PER_SECOND)
  const { updates } = await inTurns(
    settings,
    { updates: () => measureUpdates(desk, list, count) },
    (_name, { paintP95Ms }, round) =>
      say(`round ${round}/${settings.rounds}: on screen after ${figureText(paintP95Ms)} ms (p95)`),
  )
  const { scrolls } = await inTurns(
    settings,
    { scrolls: () => measureScrolling(list, settings.seconds / 2) },
    (_name, { framesPerSecond }, round) =>
      say(`round ${round}/${settings.rounds}: scrolled at ${figureText(framesPerSecond)} frames/s`),
  )
  await list.page.context().close()

  const dashboard = await openDashboard(desk)
  const { takings } = await inTurns(
    settings,
    { takings: () => measureTakings(desk, dashboard, Math.max(PAYMENTS_MIN, settings.seconds * 5)) },
    (_name, { callbackToFigureP95Ms }, round) =>
      say(
        `round ${round}/${settings.rounds}: a payment is on the dashboard after ${figureText(callbackToFigureP95Ms)} ms (p95)`,
      ),
  )
  await dashboard.page.context().close()

  async function burst(open: typeof openListByName): Promise<Burst> {
    const opened = await open(desk)
    const result = await measureBurst(desk, opened)
    await opened.page.context().close()
    return result
  }

  const bursts = await inTurns(
    settings,
    { byName: () => burst(openListByName), byPoints: () => burst(openListByPoints) },
    (name, { longestFrameMs, requestsPerSecond }, round) =>
      say(
        `round ${round}/${settings.rounds}: a burst, ${name}, stopped the screen for ${figureText(longestFrameMs)} ms,` +
          ` ${requestsPerSecond} requests/s`,
      ),
  )
  return reportConsole({ loads, updates, scrolls, takings, bursts })
}
