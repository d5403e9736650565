import { ofTenant, type Check } from './check.ts'
import { SAID, TELLS_OF_ENTRY } from './event-of-entry.ts'

/** Invariants I2 and I3: every change is on the stream, once, with its figures; the stream has no hole and no turn back. */
export const streamChecks: readonly Check[] = [
  {
    name: 'entries-have-their-event',
    claim:
      'each entry for which events are still kept has its loyalty_updated event, with the same figures and position',
    sql: `
      select
        e.tenant_id as tenant, e.seq, e.id as entry, e.balance_after as "entry says", said."newBalance" as "event says",
        coalesce(v.type, 'no event') as event
      from entries e
      left join events v on v.tenant_id = e.tenant_id and v.seq = e.seq
      left join lateral ${SAID} on v.type = 'loyalty_updated'
      where ${ofTenant('e')}
        and e.created_at >= $2
        and not ${TELLS_OF_ENTRY}`,
  },
  {
    name: 'events-have-their-entry',
    claim: 'each loyalty_updated event tells of the one entry that it names',
    sql: `
      select
        v.tenant_id as tenant, v.seq, v.id as event, said."transactionId" as transaction, e.seq as "entry at"
      from events v
      cross join lateral ${SAID}
      left join entries e on e.tenant_id = v.tenant_id and e.id = said."transactionId"
      where ${ofTenant('v')}
        and v.type = 'loyalty_updated'
        and e.seq is distinct from v.seq`,
  },
  {
    name: 'stream-has-no-holes',
    claim:
      'positions follow each other without a hole or a repeat, over all events that are kept; epochs never go back',
    sql: `
      with steps as (
        select
          v.tenant_id, v.epoch, v.seq,
          lag(v.seq) over stream as seq_before, lag(v.epoch) over stream as epoch_before
        from events v
        where ${ofTenant('v')}
        window stream as (partition by v.tenant_id order by v.seq, v.created_at)
      )
      select tenant_id as tenant, seq_before as "after", seq as "comes", epoch_before as "epoch before", epoch
      from steps
      where seq <> seq_before + 1 or epoch < epoch_before`,
  },
  {
    name: 'stream-ends-at-its-head',
    claim: 'the last event of a tenant stands where the stream says that it ends, in its epoch or an earlier one',
    sql: `
      select s.tenant_id as tenant, s.head, v.seq as "last event", s.epoch, v.epoch as "event epoch"
      from streams s
      left join lateral (
        select v.seq, v.epoch from events v where v.tenant_id = s.tenant_id order by v.seq desc limit 1
      ) v on true
      where ${ofTenant('s')}
        and case
          when v.seq is null then s.head > 0 and s.last_at >= $2
          else v.seq <> s.head or v.epoch > s.epoch
        end`,
  },
  {
    name: 'time-does-not-go-back',
    claim: 'no event is earlier than the one before it, and none is later than its stream',
    sql: `
      with steps as (
        select
          v.tenant_id, v.seq, v.created_at,
          lag(v.created_at) over (partition by v.tenant_id order by v.seq, v.created_at) as time_before
        from events v
        where ${ofTenant('v')}
      )
      select v.tenant_id as tenant, v.seq, v.time_before as "before", v.created_at as "then", s.last_at as "stream"
      from steps v
      join streams s on s.tenant_id = v.tenant_id
      where v.created_at < v.time_before or v.created_at > s.last_at`,
  },
  {
    name: 'delivery-marks-are-behind-the-head',
    claim: 'nothing counts as delivered that was never written, and every stream has its mark',
    sql: `
      select s.tenant_id as tenant, s.epoch, s.head, d.epoch as "mark epoch", d.seq as "mark"
      from streams s
      left join deliveries d on d.tenant_id = s.tenant_id
      where ${ofTenant('s')} and (d.epoch = s.epoch and d.seq <= s.head) is not true`,
  },
]
