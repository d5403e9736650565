import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openEngagements, type Engagements } from '../../../../tests/harness/engagements.ts'
import type { Engagement } from './engage.ts'

let engagements: Engagements

beforeAll(async () => {
  engagements = await openEngagements()
})
afterAll(() => engagements.close())
beforeEach(async () => {
  engagements.told.length = 0
  await engagements.rules(0, 0)
  await engagements.needApproval(false)
})

describe('an enrolment (I10)', () => {
  test('accepted 16 times at once makes one card, with one bonus and one answer', async () => {
    await engagements.rules(0, 50)
    const { id } = await engagements.stranger()
    await engagements.scan(id)
    const [request] = await engagements.asked(id)
    expect(await engagements.cardOf(id)).toBeUndefined()
    engagements.told.length = 0
    const results = await Promise.all(Array.from({ length: 16 }, () => engagements.answer(id, true, request!.id)))
    expect(new Set(results.map((result) => JSON.stringify('applied' in result && result.applied.record))).size).toBe(1)
    expect(results[0]).toMatchObject({ applied: { record: { status: 'active', version: 2 } } })
    expect(await engagements.cardOf(id)).toEqual({ balance: '50', version: '1' })
    expect(engagements.types()).toEqual(['loyalty_updated', 'enrolment_updated', 'notification_created enrolled'])
    expect(engagements.told[0]).toMatchObject({
      actor: { type: 'customer' },
      data: { transactionType: 'enrol', pointsChange: 50 },
    })
    expect(engagements.told[1]).toMatchObject({
      data: { status: 'active', previousStatus: 'pending', cardId: expect.any(String) },
    })
  })

  test('is decided once: declined stays declined, and may be asked again', async () => {
    const { id } = await engagements.stranger()
    await engagements.scan(id)
    const [request] = await engagements.asked(id)
    const declined = await engagements.answer(id, false)
    expect(await engagements.answer(id, false)).toEqual(declined)
    expect(await engagements.answer(id, true)).toMatchObject({
      refusal: { code: 'already-decided', current: { status: 'declined', version: 2 } },
    })
    expect(await engagements.cardOf(id)).toBeUndefined()
    expect(await engagements.scan(id)).toMatchObject({ applied: { record: { outcome: 'enrolment_requested' } } })
    expect(await engagements.asked(id)).toHaveLength(2)
    expect(await engagements.answer(id, true)).toMatchObject({ applied: { record: { status: 'active' } } })
    expect(await engagements.answer(id, true, request!.id)).toMatchObject({ refusal: { code: 'already-decided' } })
    expect(await engagements.cardOf(id)).toBeDefined()
  })

  test('accepted and declined at once ends one way, and the other is told which', async () => {
    for (let round = 0; round < 10; round++) {
      const { id } = await engagements.stranger()
      await engagements.scan(id)
      const [request] = await engagements.asked(id)
      const results = await Promise.all([true, false].map((accept) => engagements.answer(id, accept, request!.id)))
      expect(results.map(({ kind }) => kind).toSorted()).toEqual(['applied', 'refused'])
      expect((await engagements.cardOf(id)) !== undefined).toBe(results[0]!.kind === 'applied')
    }
  })

  test('is asked for by hand, of a stranger by phone, and taken back while it is open', async () => {
    const phone = '+447306512345'
    const made = await engagements.run('request_enrolment', { phone, name: 'Nora New' })
    expect(made).toMatchObject({
      applied: { record: { status: 'pending', method: 'manual', customerName: 'Nora New' } },
    })
    const { id: enrolmentId, customerId } = (made as any).applied.record
    expect(await engagements.run('request_enrolment', { customerId })).toMatchObject({
      refusal: { code: 'enrolment-pending', current: { id: enrolmentId } },
    })
    const cancelled = await engagements.run('cancel_enrolment', { enrolmentId })
    expect(cancelled).toMatchObject({ applied: { record: { status: 'cancelled' } } })
    expect(await engagements.run('cancel_enrolment', { enrolmentId })).toMatchObject({
      applied: { record: (cancelled as any).applied.record },
    })
    expect(await engagements.answer(customerId, true)).toMatchObject({ refusal: { code: 'already-decided' } })
    expect(await engagements.run('request_enrolment', { customerId })).toMatchObject({ kind: 'applied' })
    await engagements.answer(customerId, true)
    expect(await engagements.run('request_enrolment', { customerId })).toMatchObject({
      refusal: { code: 'already-enrolled' },
    })
    const { id } = (
      await engagements.database.sql<{ id: string }>(
        `select id from enrolments where status = 'active' and customer_id = $1`,
        [customerId],
      )
    )[0]!
    expect(await engagements.run('cancel_enrolment', { enrolmentId: id })).toMatchObject({
      refusal: { code: 'already-decided' },
    })
    expect(await engagements.run('cancel_enrolment', { enrolmentId: id }, { tenant: 'rival' })).toMatchObject({
      refusal: { code: 'enrolment-not-found' },
    })
  })

  test('is decided by whom it is about and nobody else', async () => {
    const { id } = await engagements.stranger()
    await engagements.scan(id)
    const [request] = await engagements.asked(id)
    const { id: somebody } = await engagements.stranger()
    expect(await engagements.answer(somebody, true, request!.id)).toMatchObject({
      refusal: { code: 'notification-not-found' },
    })
  })

  test('in a programme that was switched off meanwhile stays open', async () => {
    const { id } = await engagements.stranger()
    await engagements.scan(id)
    await engagements.database.sql('update programs set active = false')
    expect(await engagements.answer(id, true)).toMatchObject({ refusal: { code: 'program-inactive' } })
    await engagements.database.sql('update programs set active = true')
    expect(await engagements.answer(id, true)).toMatchObject({ applied: { record: { status: 'active' } } })
  })
})

describe('an adjustment', () => {
  const propose = (customerId: string, points: number, more: Partial<Engagement> = {}) =>
    engagements.run('propose_adjustment', { customerId, points, reason: 'goodwill' }, more)

  test('without approval is applied at once, and told', async () => {
    const { id } = await engagements.demo.enrol({ points: 10 })
    expect(await propose(id, 5)).toMatchObject({
      applied: { record: { status: 'approved', points: 5, expiresAt: null } },
    })
    expect(engagements.types()).toEqual(['loyalty_updated', 'notification_created points_added', 'adjustment_updated'])
    expect(await propose(id, -15)).toMatchObject({ applied: { record: { status: 'approved' } } })
    expect(engagements.told[3]).toMatchObject({
      data: { transactionType: 'adjust', pointsChange: -15, reason: 'goodwill' },
    })
    expect(engagements.types()[4]).toBe('notification_created points_deducted')
    expect(await propose(id, -1)).toMatchObject({
      refusal: { code: 'insufficient-points', available: 0, requested: 1 },
    })
    expect((await engagements.cardOf(id))?.balance).toBe('0')
  })

  test('with approval changes nothing until the customer approves, and then once (I10)', async () => {
    await engagements.needApproval(true)
    const { id } = await engagements.demo.enrol({ points: 10 })
    expect(await propose(id, -4)).toMatchObject({ applied: { record: { status: 'pending', transactionId: null } } })
    expect(engagements.types()).toEqual(['adjustment_updated', 'notification_created adjustment_request'])
    expect((await engagements.cardOf(id))?.version).toBe('1')
    const results = await Promise.all(Array.from({ length: 16 }, () => engagements.answer(id, true)))
    expect(new Set(results.map((result) => JSON.stringify('applied' in result && result.applied.record))).size).toBe(1)
    expect(await engagements.cardOf(id)).toEqual({ balance: '6', version: '2' })
    expect(await engagements.answer(id, false)).toMatchObject({ refusal: { code: 'already-decided' } })
  })

  test('that is declined changes nothing', async () => {
    await engagements.needApproval(true)
    const { id } = await engagements.demo.enrol({ points: 10 })
    await propose(id, -4)
    expect(await engagements.answer(id, false)).toMatchObject({ applied: { record: { status: 'declined' } } })
    expect(await engagements.answer(id, true)).toMatchObject({ refusal: { code: 'already-decided' } })
    expect((await engagements.cardOf(id))?.balance).toBe('10')
  })

  test('that the card cannot bear says so, and stays open', async () => {
    await engagements.needApproval(true)
    const { id } = await engagements.demo.enrol({ points: 10 })
    await propose(id, -40)
    engagements.told.length = 0
    expect(await engagements.answer(id, true)).toMatchObject({
      refusal: { code: 'insufficient-points', available: 10 },
    })
    expect(engagements.told).toEqual([])
    await engagements.needApproval(false)
    await propose(id, 30)
    expect(await engagements.answer(id, true)).toMatchObject({ applied: { record: { status: 'approved' } } })
    expect((await engagements.cardOf(id))?.balance).toBe('0')
  })

  test('that has run out is approved by nobody', async () => {
    await engagements.needApproval(true)
    const { id } = await engagements.demo.enrol({ points: 10 })
    await propose(id, 4)
    await engagements.database.sql(
      `update adjustments set expires_at = now() - interval '1 second' where customer_id = $1`,
      [id],
    )
    engagements.told.length = 0
    expect(await engagements.answer(id, true)).toMatchObject({
      refusal: { code: 'adjustment-expired', current: { status: 'expired' } },
    })
    expect(engagements.types()).toEqual(['adjustment_updated'])
    expect((await engagements.cardOf(id))?.balance).toBe('10')
  })

  test('approved while it expires ends one way', async () => {
    await engagements.needApproval(true)
    const outcomes = new Set<string>()
    for (let round = 0; round < 20; round++) {
      const { id } = await engagements.demo.enrol({ points: 10 })
      await propose(id, 4)
      // One side sees the time as past, the other acts at the same instant.
      const [request] = await engagements.asked(id)
      const expired = engagements.database.sql(`update adjustments set expires_at = now() where id = $1`, [
        request!.adjustment_id,
      ])
      const [approval] = await Promise.all([
        round % 2 === 0 ? engagements.answer(id, true) : expired.then(() => engagements.answer(id, true)),
        expired,
        engagements.run('expire_adjustments', {}, { actor: { type: 'system', id: 'expiry', name: null } }),
      ])
      await engagements.run('expire_adjustments', {}, { actor: { type: 'system', id: 'expiry', name: null } })
      const [row] = await engagements.database.sql<{ status: string }>('select status from adjustments where id = $1', [
        request!.adjustment_id,
      ])
      expect(row!.status).toBe(approval.kind === 'applied' ? 'approved' : 'expired')
      expect((await engagements.cardOf(id))?.balance).toBe(approval.kind === 'applied' ? '14' : '10')
      outcomes.add(row!.status)
    }
    expect(outcomes).toContain('expired')
  })

  test.each([
    ['nobody', randomUUID(), {}, 'customer-not-found'],
    ['a programme of nobody', null, { programId: randomUUID() }, 'program-not-found'],
  ])('of %s is refused', async (_, customerId, more, code) => {
    const { id } = await engagements.demo.enrol({ points: 10 })
    const input = { customerId: customerId ?? id, points: 1, reason: 'r', ...more }
    expect(await engagements.run('propose_adjustment', input)).toMatchObject({ refusal: { code } })
  })
})
