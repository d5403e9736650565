import { describe, expect, test } from 'vitest'
import type { CardState } from '../harness/shown-cards.ts'
import { compareScreen, reconcile, type Note } from './reconcile.ts'

const head = (seq: number, epoch = 1) => ({ epoch, seq })
const event = (seq: number, { epoch = 1, tenant = 'north', id = `event-${seq}` } = {}): Note => ({
  kind: 'event',
  tenant,
  epoch,
  seq,
  id,
})
/** Events 1 to `to` are committed. */
const committed = (to: number, epoch = 1) => ({
  head: head(to, epoch),
  ids: new Map(Array.from({ length: to }, (_, index) => [index + 1, `event-${index + 1}`])),
})
const log = (...notes: Note[]) => ({ name: 'page', tenant: 'north', from: head(2), notes })
const kinds = (breaches: readonly { kind: string }[]) => breaches.map(({ kind }) => kind)

describe('a client against its stream', () => {
  test('is found sound when it got everything after where it stood, once and in order', () => {
    expect(reconcile(log(event(3), event(4), event(5)), committed(5), false)).toEqual([])
    expect(reconcile(log(), committed(2), false)).toEqual([])
  })

  test.each([
    ['the first', [event(4), event(5)]],
    ['one in the middle', [event(3), event(5)]],
    ['the last', [event(3), event(4)]],
  ])('is found out when it missed %s', (_, notes) => {
    expect(kinds(reconcile(log(...notes), committed(5), false))).toEqual(['lost'])
  })

  test('is found out for each event that it missed', () => {
    expect(kinds(reconcile(log(), committed(5), false))).toEqual(['lost', 'lost', 'lost'])
  })

  test('is found out when it got an event twice, at once or later, or one that it had before', () => {
    expect(kinds(reconcile(log(event(3), event(3)), committed(3), false))).toEqual(['doubled'])
    expect(kinds(reconcile(log(event(3), event(4), event(3)), committed(4), false))).toEqual(['doubled'])
    expect(kinds(reconcile(log(event(2), event(3)), committed(3), false))).toEqual(['doubled'])
  })

  test('is found out when an older event came after a newer one', () => {
    expect(kinds(reconcile(log(event(4), event(3)), committed(4), false))).toEqual(['reordered'])
  })

  test('is found out when an event of another tenant came', () => {
    const stranger = event(4, { tenant: 'south' })
    expect(kinds(reconcile(log(event(3), stranger, event(4)), committed(4), false))).toEqual(['leaked'])
  })

  test('is found out when an event is not the one that was committed there, or was never committed', () => {
    expect(kinds(reconcile(log(event(3, { id: 'other' })), committed(3), false))).toEqual(['wrong'])
    expect(kinds(reconcile(log(event(3), event(4)), committed(3), false))).toEqual(['wrong'])
  })

  test('is found out when it was reset although nothing was restored', () => {
    const notes: Note[] = [event(3), { kind: 'reset', cursor: head(3) }]
    expect(kinds(reconcile(log(...notes), committed(3), false))).toEqual(['unpromised'])
  })
})

describe('a client whose page is loaded again', () => {
  test('is found sound when it goes on after its snapshot, be that before or after where it stood', () => {
    const back: Note = { kind: 'resumed', cursor: head(2) }
    const on: Note = { kind: 'resumed', cursor: head(5) }
    expect(reconcile(log(event(3), event(4), back, event(3), event(4), event(5)), committed(5), false)).toEqual([])
    expect(reconcile(log(event(3), on, event(6)), committed(6), false)).toEqual([])
  })

  test('is found out when an event after its snapshot is missing', () => {
    const on: Note = { kind: 'resumed', cursor: head(4) }
    expect(kinds(reconcile(log(event(3), on, event(6)), committed(6), false))).toEqual(['lost'])
  })
})

describe('a client after a restored backup', () => {
  const reset: Note = { kind: 'reset', cursor: head(1, 2) }
  const resumed: Note = { kind: 'resumed', cursor: head(2, 2) }
  const restored = committed(3, 2)

  test('is found sound when it was reset, took a snapshot and got everything after that', () => {
    const notes = [event(3), reset, event(2, { epoch: 2 }), resumed, event(3, { epoch: 2 })]
    expect(reconcile(log(...notes), restored, true)).toEqual([])
  })

  test('is found out when it was not reset: it stays where it was, or goes on as if nothing had happened', () => {
    expect(kinds(reconcile(log(event(3)), restored, true))).toEqual(['lost'])
    expect(kinds(reconcile(log(event(3, { epoch: 2 })), restored, true))).toContain('lost')
  })

  test('is found out when something is missing after the snapshot, or was missing before the reset', () => {
    expect(kinds(reconcile(log(reset, resumed), restored, true))).toEqual(['lost'])
    expect(kinds(reconcile(log(event(4), reset, resumed, event(3, { epoch: 2 })), restored, true))).toEqual(['lost'])
  })
})

describe('a screen against the cards', () => {
  const card: CardState = { balance: 10, earned: 30, redeemed: 20, version: 4 }
  const shows = (cards: Record<string, CardState>) =>
    kinds(compareScreen('page', new Map(Object.entries(cards)), new Map([['a', card]])))

  test('is found sound when it shows each card as it is', () => {
    expect(shows({ a: { ...card } })).toEqual([])
  })

  test.each(['balance', 'earned', 'redeemed', 'version'])('is found out when %s is another', (field) => {
    expect(shows({ a: { ...card, [field]: 5 } })).toEqual(['wrong'])
  })

  test('is found out when a card is missing, or not its own', () => {
    expect(shows({})).toEqual(['wrong'])
    expect(shows({ a: card, b: card })).toEqual(['leaked'])
  })
})
