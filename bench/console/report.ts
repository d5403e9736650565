import type { Findings, Table, Verdict } from '../run/part.ts'
import { medianOf } from '../run/statistics.ts'
import { BURST_EVENTS, type Burst } from './burst.ts'
import type { ConsoleRounds } from './part.ts'

const KB = 1024

/** Medians of the rounds; what was promised of the worst, such as freezes, is the worst of all rounds. */
export function reportConsole(rounds: ConsoleRounds): Findings {
  return {
    tables: [
      loadTable(rounds),
      listTable(rounds),
      takingsTable(rounds),
      burstTable('by name', rounds.bursts.byName),
      burstTable('by points, which moves them', rounds.bursts.byPoints),
    ],
    verdicts: verdicts(rounds),
    notes: [
      'Paints are taken in the page: from the socket’s message to the end of the frame that shows the new balance. Frames come every 16.7 ms at best.',
      'Browser, driver, API, realtime server and PostgreSQL share this machine, as they never do in a shop.',
    ],
  }
}

const loadTable = ({ loads }: ConsoleRounds): Table => ({
  title: 'The customers page, signed in, nothing cached',
  columns: ['', 'median', 'worst'],
  rows: [
    row('requests until it is live', loads, ({ requests }) => requests),
    row('JavaScript as it travels, kB', loads, ({ scriptBytes }) => scriptBytes / KB),
    row('until the first customer is on screen, ms', loads, ({ firstRowMs }) => firstRowMs),
    row('longest task, ms', loads, ({ longestTaskMs }) => longestTaskMs),
  ],
})

const listTable = ({ updates, scrolls }: ConsoleRounds): Table => ({
  title: '10,000 customers in the list',
  columns: ['', 'median', 'worst'],
  rows: [
    row('message to frame, p50 ms', updates, ({ paintP50Ms }) => paintP50Ms),
    row('message to frame, p95 ms', updates, ({ paintP95Ms }) => paintP95Ms),
    row('change in the database to frame, p50 ms', updates, ({ changeToFrameP50Ms }) => changeToFrameP50Ms),
    row('change in the database to frame, p95 ms', updates, ({ changeToFrameP95Ms }) => changeToFrameP95Ms),
    ['scrolling, frames/s', medianOf(scrolls, perSecond), Math.min(...scrolls.map(perSecond))],
    row('longest frame while scrolling, ms', scrolls, ({ longestFrameMs }) => longestFrameMs),
  ],
})

const takingsTable = ({ takings }: ConsoleRounds): Table => ({
  title: 'An open dashboard, and callbacks of Paystack, 1.1 s apart',
  columns: ['', 'median', 'worst'],
  rows: [
    row(
      'callback sent to frame with the figure, p50 ms',
      takings,
      ({ callbackToFigureP50Ms }) => callbackToFigureP50Ms,
    ),
    row(
      'callback sent to frame with the figure, p95 ms',
      takings,
      ({ callbackToFigureP95Ms }) => callbackToFigureP95Ms,
    ),
  ],
})

const burstTable = (sorted: string, bursts: readonly Burst[]): Table => ({
  title: `${BURST_EVENTS} changes in a second, every other one of a customer in sight; all 10,000 read, sorted ${sorted}`,
  columns: ['', 'median', 'worst'],
  rows: [
    row('made within, ms', bursts, ({ elapsedMs }) => elapsedMs),
    row('every balance in sight right after, ms', bursts, ({ settledMs }) => settledMs),
    row('longest frame, ms', bursts, ({ longestFrameMs }) => longestFrameMs),
    row('longest task, ms', bursts, ({ longestTaskMs }) => longestTaskMs),
    row('requests to the API within any second', bursts, ({ requestsPerSecond }) => requestsPerSecond),
  ],
})

function verdicts({ loads, updates, scrolls, takings, bursts }: ConsoleRounds): Verdict[] {
  return [
    atMost('JavaScript of the first load, kB', 250, medianOf(loads, ({ scriptBytes }) => scriptBytes) / KB),
    atMost(
      'longest task while it loads, ms',
      200,
      medianOf(loads, ({ longestTaskMs }) => longestTaskMs),
    ),
    atMost(
      'message to frame with 10,000 customers, p95 ms',
      50,
      medianOf(updates, ({ paintP95Ms }) => paintP95Ms),
    ),
    atMost(
      'layout shift of updates',
      0,
      worst(updates, ({ layoutShift }) => layoutShift),
    ),
    { claim: 'scrolling, frames/s', value: medianOf(scrolls, perSecond), target: 50, must: 'reach' },
    atMost(
      'callback to figure on an open dashboard, p95 ms',
      150,
      medianOf(takings, ({ callbackToFigureP95Ms }) => callbackToFigureP95Ms),
    ),
    atMost('requests/s in a burst, sorted by name', 4, worst(bursts.byName, perBurst)),
    atMost('requests/s in a burst, sorted by points', 4, worst(bursts.byPoints, perBurst)),
  ]
}

const atMost = (claim: string, target: number, value: number): Verdict => ({
  claim,
  value,
  target,
  must: 'not exceed',
})

const perSecond = ({ framesPerSecond }: { framesPerSecond: number }) => framesPerSecond

const perBurst = ({ requestsPerSecond }: Burst) => requestsPerSecond

const row = <Result>(name: string, results: readonly Result[], figure: (result: Result) => number) =>
  [name, medianOf(results, figure), worst(results, figure)] as const

const worst = <Result>(results: readonly Result[], figure: (result: Result) => number) =>
  Math.max(...results.map(figure))
