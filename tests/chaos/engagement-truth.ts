import type { ClientBase } from 'pg'
import type { CardState } from '../harness/shown-cards.ts'
import { SHOWN_MAX, type CustomerTruth } from './customer-screen.ts'
import type { Engagement } from './engagement-book.ts'

/** Scans, enrolments and adjustments that the tenant's stream tells of after a position, as they stand now. */
export async function readEngagements(client: ClientBase, tenant: string, seq: number): Promise<Engagement[]> {
  const { rows } = await client.query<Engagement>(
    `with told as (
       select distinct coalesce(data ->> 'scanId', data ->> 'enrolmentId', data ->> 'adjustmentId')::uuid as id
       from events
       where tenant_id = $1 and seq > $2 and type in ('qr_scanned', 'enrolment_updated', 'adjustment_updated')
     )
     select
       s.tenant_id as tenant, 'scan' as kind, s.id, null as status, num_nonnulls(s.transaction_id) as transactions,
       0 as decisions, 0 as questions
     from qr_scans s join told using (id)
     where s.tenant_id = $1
     union all
     select
       m.tenant_id, 'enrolment', m.id, m.status,
       (select count(*)::int from entries e
        where e.tenant_id = m.tenant_id and e.customer_id = m.customer_id and e.program_id = m.program_id
          and e.type = 'enrol' and m.status = 'active'),
       m.version::int - 1,
       (select count(*)::int from notifications n
        where n.tenant_id = m.tenant_id and n.customer_id = m.customer_id and n.enrolment_id = m.id
          and n.kind = 'enrolment_request')
     from enrolments m join told using (id)
     where m.tenant_id = $1
     union all
     select
       a.tenant_id, 'adjustment', a.id, a.status, num_nonnulls(a.transaction_id), a.version::int - 1,
       (select count(*)::int from notifications n
        where n.tenant_id = a.tenant_id and n.customer_id = a.customer_id and n.adjustment_id = a.id
          and n.kind = 'adjustment_request')
     from adjustments a join told using (id)
     where a.tenant_id = $1`,
    [tenant, seq],
  )
  return rows
}

/** Ids of notifications that the tenant's stream told more than once after a position. */
export async function readToldTwice(client: ClientBase, tenant: string, seq: number): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `select data ->> 'notificationId' as id
     from events
     where tenant_id = $1 and seq > $2 and type = 'notification_created'
     group by 1
     having count(*) > 1`,
    [tenant, seq],
  )
  return rows.map(({ id }) => id)
}

/** What a customer's screen has to show. */
export async function readCustomer(client: ClientBase, customerId: string): Promise<CustomerTruth> {
  const cards = await client.query<CardState & { id: string }>(
    `select id, balance::float8 as balance, earned::float8 as earned, redeemed::float8 as redeemed,
       version::float8 as version
     from cards where customer_id = $1`,
    [customerId],
  )
  const notifications = await client.query<{ id: string }>(
    'select id from notifications where customer_id = $1 order by id desc limit $2',
    [customerId, SHOWN_MAX],
  )
  return {
    cards: new Map(cards.rows.map(({ id, ...card }) => [id, card])),
    notifications: notifications.rows.map(({ id }) => id),
  }
}
