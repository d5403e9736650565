import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { announceHead, createOrder, giveUpHoles, headOf, offerEvent, type Order, type Step } from './order.ts'

const limits = { holdMs: 2000, heldEventsMax: 3, heldBytesMax: 1000 }

/** Offers seqs of epoch 1 in that order; items are `epoch:seq`. */
function offer(order: Order<string>, seq: number, at = 0, epoch = 1, bytes = 1) {
  return offerEvent(order, { cursor: { epoch, seq }, item: `${epoch}:${seq}`, bytes }, at, limits)
}

const delivered = (steps: readonly Step<string>[]) => steps.flatMap((step) => (step.do === 'deliver' ? step.item : []))

function orderAt(seq: number): Order<string> {
  const order = createOrder<string>()
  announceHead(order, { epoch: 1, seq }, 0, limits)
  return order
}

describe('unknown', () => {
  test('begins at the first event, whatever its seq', () => {
    const order = createOrder<string>()
    expect(headOf(order)).toBeNull()
    expect(offer(order, 100)).toEqual({
      outcome: 'delivered',
      steps: [
        { do: 'begin', position: { epoch: 1, seq: 99 }, instead: null },
        { do: 'deliver', item: '1:100' },
      ],
    })
    expect(headOf(order)).toEqual({ epoch: 1, seq: 100 })
  })

  test('begins after an announced head', () => {
    const order = createOrder<string>()
    expect(announceHead(order, { epoch: 1, seq: 7 }, 0, limits)).toEqual([
      { do: 'begin', position: { epoch: 1, seq: 7 }, instead: null },
    ])
    expect(offer(order, 7).outcome).toBe('late')
    expect(offer(order, 8).outcome).toBe('delivered')
  })
})

describe('at head', () => {
  test('the next event goes out at once', () => {
    expect(offer(orderAt(5), 6)).toEqual({ outcome: 'delivered', steps: [{ do: 'deliver', item: '1:6' }] })
  })

  test('a repeat changes nothing', () => {
    const order = orderAt(5)
    offer(order, 6)
    expect(offer(order, 6)).toEqual({ outcome: 'duplicate', steps: [] })
  })

  test('an event from before this run began is late, not a repeat', () => {
    expect(offer(orderAt(5), 4)).toEqual({ outcome: 'late', steps: [] })
  })

  test('an event beyond the next one is held', () => {
    const order = orderAt(5)
    expect(offer(order, 7)).toEqual({ outcome: 'held', steps: [] })
    expect(headOf(order)).toEqual({ epoch: 1, seq: 5 })
  })

  test('an announced head that is ahead is the head that clients are told', () => {
    const order = orderAt(5)
    expect(announceHead(order, { epoch: 1, seq: 9 }, 0, limits)).toEqual([])
    expect(headOf(order)).toEqual({ epoch: 1, seq: 9 })
  })

  test.each([4, 5])('an announced head of %i is nothing new', (seq) => {
    const order = orderAt(5)
    expect(announceHead(order, { epoch: 1, seq }, 0, limits)).toEqual([])
    expect(headOf(order)).toEqual({ epoch: 1, seq: 5 })
  })
})

describe('holding', () => {
  test('when the hole fills, what was held follows in order', () => {
    const order = orderAt(5)
    offer(order, 8)
    offer(order, 7)
    expect(delivered(offer(order, 6).steps)).toEqual(['1:6', '1:7', '1:8'])
  })

  test('a repeat of a held event is a duplicate', () => {
    const order = orderAt(5)
    offer(order, 7)
    expect(offer(order, 7)).toEqual({ outcome: 'duplicate', steps: [] })
  })

  test('a hole is given up when its time is up, not before', () => {
    const order = orderAt(5)
    offer(order, 7, 100)
    expect(giveUpHoles(order, 2099, limits)).toEqual([])
    expect(giveUpHoles(order, 2100, limits)).toEqual([
      { do: 'skip', from: 6, to: 6 },
      { do: 'deliver', item: '1:7' },
    ])
  })

  test('a second hole has its own time', () => {
    const order = orderAt(5)
    offer(order, 7, 0)
    offer(order, 9, 1500)
    expect(delivered(giveUpHoles(order, 2000, limits))).toEqual(['1:7'])
    expect(delivered(giveUpHoles(order, 3499, limits))).toEqual([])
    expect(delivered(giveUpHoles(order, 3500, limits))).toEqual(['1:9'])
  })

  test('an event of a hole that was given up is late and does not go out', () => {
    const order = orderAt(5)
    offer(order, 7)
    giveUpHoles(order, 2000, limits)
    expect(offer(order, 6)).toEqual({ outcome: 'late', steps: [] })
    expect(offer(order, 7)).toEqual({ outcome: 'duplicate', steps: [] })
  })

  test('too many held: the first hole is given up at once', () => {
    const order = orderAt(5)
    for (const seq of [7, 9, 11]) expect(offer(order, seq).outcome).toBe('held')
    expect(offer(order, 13).steps).toEqual([
      { do: 'skip', from: 6, to: 6 },
      { do: 'deliver', item: '1:7' },
    ])
  })

  test('too large: the holes are given up at once', () => {
    const order = orderAt(5)
    offer(order, 7, 0, 1, 600)
    expect(delivered(offer(order, 9, 0, 1, 600).steps)).toEqual(['1:7'])
    expect(order.beyondBytes).toBe(600)
  })

  test('announced events that never come are given up, and the position is the announced one', () => {
    const order = orderAt(5)
    announceHead(order, { epoch: 1, seq: 9 }, 0, limits)
    expect(giveUpHoles(order, 2000, limits)).toEqual([{ do: 'skip', from: 6, to: 9 }])
    expect(order.position).toEqual({ epoch: 1, seq: 9 })
  })

  test('announced events that come fill their announcement', () => {
    const order = orderAt(5)
    announceHead(order, { epoch: 1, seq: 7 }, 0, limits)
    expect(offer(order, 7, 100).outcome).toBe('held')
    expect(delivered(offer(order, 6, 200).steps)).toEqual(['1:6', '1:7'])
    expect(giveUpHoles(order, 9999, limits)).toEqual([])
  })

  test('announcements without end stay bounded', () => {
    const order = orderAt(5)
    for (let seq = 10; seq < 1000; seq += 2) announceHead(order, { epoch: 1, seq }, 0, limits)
    expect(order.beyond.length).toBeLessThanOrEqual(limits.heldEventsMax)
  })
})

describe('epochs', () => {
  test('a higher epoch begins anew and drops what was held', () => {
    const order = orderAt(5)
    offer(order, 7)
    expect(offer(order, 3, 0, 2).steps).toEqual([
      { do: 'begin', position: { epoch: 2, seq: 2 }, instead: { epoch: 1, seq: 5 } },
      { do: 'deliver', item: '2:3' },
    ])
    expect(order.beyondBytes).toBe(0)
  })

  test('a higher epoch may be announced', () => {
    const order = orderAt(5)
    expect(announceHead(order, { epoch: 2, seq: 3 }, 0, limits)).toEqual([
      { do: 'begin', position: { epoch: 2, seq: 3 }, instead: { epoch: 1, seq: 5 } },
    ])
  })

  test('a lower epoch is stale', () => {
    const order = orderAt(5)
    expect(offer(order, 6, 0, 0)).toEqual({ outcome: 'stale', steps: [] })
    expect(announceHead(order, { epoch: 0, seq: 99 }, 0, limits)).toEqual([])
  })
})

type Move =
  | { kind: 'event'; epoch: number; seq: number }
  | { kind: 'announce'; epoch: number; seq: number }
  | { kind: 'wait'; ms: number }

const position = { epoch: fc.integer({ min: 1, max: 3 }), seq: fc.integer({ min: 1, max: 25 }) }
const moves = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant('event' as const), ...position }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('announce' as const), ...position }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 3000 }) }) },
  ),
  { maxLength: 80 },
)

describe('whatever arrives in whatever order', () => {
  test('what goes out rises, each event once, and every jump was declared', () => {
    fc.assert(
      fc.property(moves, (script: Move[]) => {
        const order = createOrder<string>()
        let now = 0
        const steps: Step<string>[] = []
        for (const move of script) {
          if (move.kind === 'wait') steps.push(...giveUpHoles(order, (now += move.ms), limits))
          else if (move.kind === 'announce') {
            const { epoch, seq } = move
            steps.push(...announceHead(order, { epoch, seq }, now, limits))
          } else {
            const offered = offer(order, move.seq, now, move.epoch, 400)
            const out = delivered(offered.steps).includes(`${move.epoch}:${move.seq}`)
            expect(out).toBe(offered.outcome === 'delivered')
            steps.push(...offered.steps)
          }
          expect(order.beyond.length).toBeLessThanOrEqual(limits.heldEventsMax)
          expect(order.beyondBytes).toBe(order.beyond.reduce((sum, entry) => sum + entry.bytes, 0))
          expect(order.beyond.map((entry) => entry.seq)).toEqual(
            [...new Set(order.beyond.map((entry) => entry.seq))].toSorted((a, b) => a - b),
          )
        }
        steps.push(...giveUpHoles(order, now + limits.holdMs, limits))
        expect(order.beyond).toEqual([])

        let at = { epoch: 0, seq: 0 }
        for (const step of steps) {
          if (step.do === 'begin') {
            expect(step.position.epoch).toBeGreaterThan(at.epoch)
            at = step.position
          } else if (step.do === 'skip') {
            expect(step.from).toBe(at.seq + 1)
            expect(step.to).toBeGreaterThanOrEqual(step.from)
            at = { ...at, seq: step.to }
          } else {
            at = { ...at, seq: at.seq + 1 }
            expect(step.item).toBe(`${at.epoch}:${at.seq}`)
          }
        }
        expect(order.position).toEqual(at.epoch === 0 ? null : at)
      }),
      { numRuns: 2000 },
    )
  })

  test('a stream that arrives shuffled and repeated within the hold time goes out whole', () => {
    const seqs = Array.from({ length: 30 }, (_, index) => index + 1)
    fc.assert(
      fc.property(fc.shuffledSubarray([...seqs, ...seqs], { minLength: 60 }), (arrivals) => {
        const order = orderAt(0)
        const roomy = { ...limits, heldEventsMax: 30 }
        const out = arrivals.flatMap(
          (seq) => offerEvent(order, { cursor: { epoch: 1, seq }, item: seq, bytes: 1 } as never, 0, roomy).steps,
        )
        expect(delivered(out)).toEqual(seqs)
      }),
    )
  })
})
