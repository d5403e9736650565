import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newNonce, openEngagements, TILL, type Engagements } from '../../../../tests/harness/engagements.ts'
import { applyChanges } from '../ledger/apply.ts'

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

const notices = (customerId: string) =>
  engagements.database.sql(
    `select kind, points from notifications where tenant_id = 'demo' and customer_id = $1 order by created_at, id`,
    [customerId],
  )

describe('a scan', () => {
  test('of a stranger makes a member and asks to enrol', async () => {
    const { id, name, phone } = await engagements.stranger()
    const result = await engagements.scan(id)
    expect(result).toMatchObject({
      kind: 'applied',
      replayed: false,
      applied: {
        record: {
          outcome: 'enrolment_requested',
          customerId: id,
          customerName: name,
          customerPhone: phone,
          programName: 'Points',
          pointsAwarded: null,
          card: null,
        },
      },
    })
    expect(engagements.types()).toEqual([
      'member_updated',
      'qr_scanned',
      'notification_created scanned',
      'enrolment_updated',
      'notification_created enrolment_request',
    ])
    expect(engagements.told[3]).toMatchObject({
      data: { status: 'pending', previousStatus: null, method: 'scan', cardId: null },
    })
    expect(await engagements.cardOf(id)).toBeUndefined()
  })

  test('while the request is open asks nothing anew', async () => {
    const { id } = await engagements.stranger()
    await engagements.scan(id)
    engagements.told.length = 0
    expect(await engagements.scan(id)).toMatchObject({ applied: { record: { outcome: 'enrolment_pending' } } })
    expect(engagements.types()).toEqual(['qr_scanned', 'notification_created scanned'])
    expect(await engagements.asked(id)).toHaveLength(1)
  })

  test('of a card gives points by the rule, and says so', async () => {
    await engagements.rules(15, 0)
    const { id } = await engagements.demo.enrol({ points: 100 })
    expect(await engagements.scan(id)).toMatchObject({
      applied: { record: { outcome: 'points_awarded', pointsAwarded: 15, card: { balance: 115, version: 2 } } },
    })
    expect(engagements.types()).toEqual([
      'qr_scanned',
      'notification_created scanned',
      'loyalty_updated',
      'notification_created points_added',
    ])
    expect(engagements.told[2]).toMatchObject({ data: { transactionType: 'scan', pointsChange: 15, newBalance: 115 } })
    expect(await engagements.scan(id, { points: 3 })).toMatchObject({ applied: { record: { card: { balance: 118 } } } })
  })

  test('of a card without a rule identifies, and moves nothing', async () => {
    const { id } = await engagements.demo.enrol({ points: 100 })
    expect(await engagements.scan(id)).toMatchObject({
      applied: { record: { outcome: 'identified', card: { balance: 100 } } },
    })
    expect(engagements.types()).toEqual(['qr_scanned', 'notification_created scanned'])
  })

  test('counts once for a code: 16 tills at once, one scan', async () => {
    await engagements.rules(10, 0)
    const { id } = await engagements.demo.enrol({ points: 0 })
    const code = newNonce()
    const results = await Promise.all(Array.from({ length: 16 }, () => engagements.scan(id, { nonce: code })))
    expect(results.filter(({ kind }) => kind === 'applied')).toHaveLength(1)
    expect(results.filter((result) => result.kind === 'refused' && result.refusal.code === 'qr-used')).toHaveLength(15)
    expect((await engagements.cardOf(id))?.balance).toBe('10')
    const inRival = await engagements.run('scan_customer', { customerId: id, nonce: code }, { tenant: 'rival' })
    expect(inRival.kind).toBe('applied')
  })

  test.each([
    ['nobody', { customerId: randomUUID() }, 'customer-not-found'],
    ['a programme of nobody', { programId: randomUUID() }, 'program-not-found'],
  ])('of %s is refused and leaves nothing', async (_, input, code) => {
    const { id } = await engagements.stranger()
    expect(await engagements.scan(id, input)).toMatchObject({ kind: 'refused', refusal: { code } })
    expect([engagements.told, await notices(id)]).toEqual([[], []])
  })

  test('of a programme that is switched off enrols nobody, and knows who has a card', async () => {
    const { id } = await engagements.demo.enrol({ points: 7 })
    await engagements.rules(10, 0)
    await engagements.database.sql('update programs set active = false')
    expect(await engagements.scan(id)).toMatchObject({ applied: { record: { outcome: 'identified' } } })
    expect(await engagements.scan((await engagements.stranger()).id)).toMatchObject({
      refusal: { code: 'program-inactive' },
    })
  })
})

describe('an idempotency key', () => {
  const keyed = { key: 'key-1', hash: '0a' }
  const other = { key: 'key-1', hash: '0b' }

  test('gets its first answer again, whatever has happened since', async () => {
    await engagements.rules(10, 0)
    const { id } = await engagements.demo.enrol({ points: 0 })
    const input = { customerId: id, nonce: newNonce() }
    const first = await engagements.run('scan_customer', input, keyed)
    await engagements.scan(id)
    const again = await engagements.run('scan_customer', input, keyed)
    expect(again).toEqual({ ...first, replayed: true })
    expect((await engagements.cardOf(id))?.balance).toBe('20')
    expect(await engagements.run('scan_customer', { ...input, nonce: newNonce() }, other)).toEqual({
      kind: 'key-reused',
    })
  })

  test('gets its first answer again when its code has expired meanwhile; without one, it is expired', async () => {
    await engagements.rules(10, 0)
    const { id } = await engagements.demo.enrol({ points: 0 })
    const input = { customerId: id, nonce: newNonce() }
    const late = { ...input, expired: true }
    const first = await engagements.run('scan_customer', { ...input, expired: false }, { key: 'late', hash: '02' })
    expect(await engagements.run('scan_customer', late, { key: 'late', hash: '02' })).toEqual({
      ...first,
      replayed: true,
    })
    expect(await engagements.run('scan_customer', late, { key: 'too late', hash: '02' })).toMatchObject({
      refusal: { code: 'qr-expired' },
    })
    expect((await engagements.cardOf(id))?.balance).toBe('10')
  })

  test('remembers a refusal', async () => {
    const input = { customerId: randomUUID(), nonce: newNonce() }
    const refused = await engagements.run('scan_customer', input, { key: 'refused', hash: '01' })
    expect(await engagements.run('scan_customer', input, { key: 'refused', hash: '01' })).toEqual({
      ...refused,
      replayed: true,
    })
  })

  test('belongs to one request, of the ledger or of these: never both', async () => {
    const { id } = await engagements.demo.enrol({ points: 50 })
    const redeem = (key: string) =>
      applyChanges(engagements.db, [
        {
          tenant: 'demo',
          actor: TILL,
          key,
          hash: '0c',
          kind: 'redeem',
          customerId: id,
          points: 1,
          reason: null,
          orderId: null,
        },
      ])
    await engagements.run('scan_customer', { customerId: id, nonce: newNonce() }, { key: 'scanned', hash: '0d' })
    expect((await redeem('scanned')).results).toEqual([{ kind: 'key-reused' }])
    await redeem('redeemed')
    expect(
      await engagements.run('scan_customer', { customerId: id, nonce: newNonce() }, { key: 'redeemed', hash: '0c' }),
    ).toEqual({
      kind: 'key-reused',
    })
    expect((await engagements.cardOf(id))?.balance).toBe('49')
  })

  test('of what was done is remembered for good, of what was refused for some days', async () => {
    const { id } = await engagements.demo.enrol({ points: 0 })
    await engagements.run('scan_customer', { customerId: id, nonce: newNonce() }, { key: 'done', hash: '01' })
    await engagements.run(
      'scan_customer',
      { customerId: randomUUID(), nonce: newNonce() },
      { key: 'not done', hash: '01' },
    )
    await engagements.database.sql(`update idempotency_keys set created_at = now() - interval '30 days'`)
    await engagements.database.sql('select forget_expired(7)')
    const kept = await engagements.database.sql(`select key from idempotency_keys where key in ('done', 'not done')`)
    expect(kept).toEqual([{ key: 'done' }])
  })
})

test('whatever moves points, the customer finds a notification of it, with the id of the transaction', async () => {
  const { id, cardId } = await engagements.demo.enrol({ points: 5 })
  const change = { tenant: 'demo', actor: TILL, key: null, hash: null, customerId: id, reason: null, orderId: null }
  await applyChanges(engagements.db, [
    { ...change, kind: 'add', points: 10 },
    { ...change, kind: 'redeem', points: 4 },
  ])
  await engagements.database.sql('update cards set balance = balance + 1 where id = $1', [cardId])
  expect(await notices(id)).toEqual([
    { kind: 'enrolled', points: '5' },
    { kind: 'points_added', points: '10' },
    { kind: 'points_deducted', points: '-4' },
    { kind: 'points_added', points: '1' },
  ])
  const unmatched = await engagements.database.sql(
    `select from entries e full join notifications n on n.tenant_id = e.tenant_id and n.id = e.id
     where (e.customer_id = $1 or n.customer_id = $1) and (e.id is null or n.transaction_id is distinct from e.id)`,
    [id],
  )
  expect(unmatched).toEqual([])
})
