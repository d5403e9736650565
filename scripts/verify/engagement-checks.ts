import { ofTenant, type Check } from './check.ts'

/** What customers were asked and told, and what came of it (I10). */
export const engagementChecks: readonly Check[] = [
  {
    name: 'cards-were-enrolled',
    claim: 'each card belongs to an enrolment that was accepted',
    sql: `
      select c.tenant_id as tenant, c.id as card, c.customer_id as customer, c.program_id as program
      from cards c
      where ${ofTenant('c')}
        and not exists (
          select from enrolments e
          where e.tenant_id = c.tenant_id and e.customer_id = c.customer_id and e.program_id = c.program_id
            and e.status in ('active', 'cancelled')
        )`,
  },
  {
    name: 'requests-have-their-notification',
    claim: 'each customer who is asked for an enrolment or an adjustment was told so',
    sql: `
      select asked.*
      from (
        select e.tenant_id as tenant, e.customer_id as customer, e.id as request, 'enrolment' as kind
        from enrolments e
        where ${ofTenant('e')} and e.status = 'pending'
        union all
        select a.tenant_id, a.customer_id, a.id, 'adjustment'
        from adjustments a
        where ${ofTenant('a')} and a.expires_at is not null and (a.status = 'pending' or a.created_at >= $2)
      ) asked
      where not exists (
        select from notifications n
        where n.tenant_id = asked.tenant and n.customer_id = asked.customer
          and asked.request in (n.enrolment_id, n.adjustment_id)
          and n.kind = asked.kind || '_request'
      )`,
  },
  {
    name: 'adjustments-move-points-when-approved',
    claim: 'each approved adjustment has the one transaction that it names, with its points; any other has none (I10)',
    sql: `
      select
        a.tenant_id as tenant, a.id as adjustment, a.status, a.points, e.points as "transaction moved", e.type
      from adjustments a
      left join entries e on e.tenant_id = a.tenant_id and e.id = a.transaction_id
      where ${ofTenant('a')}
        and case a.status
          when 'approved' then (e.type, e.points, e.customer_id, e.program_id)
            is distinct from ('adjust'::text, a.points, a.customer_id, a.program_id)
          else a.transaction_id is not null
        end`,
  },
  {
    name: 'scans-count-once',
    claim: 'no code was scanned twice in a tenant, and a scan that gave points has its transaction',
    sql: `
      select s.tenant_id as tenant, s.id as scan, s.outcome, s.points, s.times as "scanned", e.points as "transaction moved"
      from (
        select q.*, count(*) over (partition by q.tenant_id, q.nonce) as times
        from qr_scans q
        where ${ofTenant('q')}
      ) s
      left join entries e on e.tenant_id = s.tenant_id and e.id = s.transaction_id
      where s.times > 1
        or (s.outcome = 'points_awarded' and (e.type, e.points, e.customer_id) is distinct from ('scan'::text, s.points, s.customer_id))`,
  },
  {
    name: 'entries-are-told',
    claim: 'each change of points was told to its customer, with its figures, as long as its events are kept',
    sql: `
      select e.tenant_id as tenant, e.id as entry, e.points, n.points as "notification says"
      from entries e
      join (
        select tenant_id, min(id::text)::uuid as first from notifications where transaction_id is not null group by tenant_id
      ) since on since.tenant_id = e.tenant_id
      left join notifications n on n.tenant_id = e.tenant_id and n.id = e.id
      where ${ofTenant('e')}
        and e.id >= since.first
        and e.created_at >= $2
        and (n.customer_id, n.points, n.transaction_id) is distinct from (e.customer_id, e.points, e.id)`,
  },
]
