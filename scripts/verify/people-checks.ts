import { ofTenant, type Check } from './check.ts'

/** Members, enrolments and cards: one person is one person, and has the cards that they were given. */
export const peopleChecks: readonly Check[] = [
  {
    name: 'members-have-their-phone',
    claim: 'each member is a customer, under the same phone',
    sql: `
      select m.tenant_id as tenant, m.customer_id as customer, m.phone as "member says", c.phone as "customer says"
      from members m
      left join customers c on c.id = m.customer_id
      where ${ofTenant('m')} and m.phone is distinct from c.phone`,
  },
  {
    name: 'members-are-as-last-told',
    claim: 'name, VIP and version of each member are what the last event about them said',
    sql: `
      with told as (
        select distinct on (v.tenant_id, v.customer_id) v.tenant_id, v.customer_id, v.seq, said.*
        from events v
        cross join lateral json_to_record(v.data) as said ("memberVersion" bigint, vip boolean, "customerName" text)
        where ${ofTenant('v')} and v.type = 'member_updated'
        order by v.tenant_id, v.customer_id, v.seq desc
      )
      select
        told.tenant_id as tenant, told.customer_id as customer, told.seq,
        concat_ws(' / ', m.display_name, m.vip, m.version) as "member is",
        concat_ws(' / ', told."customerName", told.vip, told."memberVersion") as "event said"
      from told
      left join members m on m.tenant_id = told.tenant_id and m.customer_id = told.customer_id
      where (m.display_name, m.vip, m.version) is distinct from (told."customerName", told.vip, told."memberVersion")`,
  },
  {
    name: 'members-are-counted',
    claim: 'each tenant has as many members as it says',
    sql: `
      select tenant_id as tenant, coalesce(counts.members, 0) as "it says", coalesce(held.members, 0) as "there are"
      from member_counts counts
      full join (select tenant_id, count(*) as members from members group by tenant_id) held using (tenant_id)
      where ($1::text is null or tenant_id = $1) and counts.members is distinct from held.members`,
  },
  {
    name: 'one-enrolment-at-a-time',
    claim: 'a customer has at most one open or active enrolment in a programme',
    sql: `
      select e.tenant_id as tenant, e.customer_id as customer, e.program_id as program, count(*) as enrolments
      from enrolments e
      where ${ofTenant('e')} and e.status in ('pending', 'active')
      group by e.tenant_id, e.customer_id, e.program_id
      having count(*) > 1`,
  },
  {
    name: 'active-enrolments-have-a-card',
    claim: 'each active enrolment has its card',
    sql: `
      select e.tenant_id as tenant, e.id as enrolment, e.customer_id as customer, e.program_id as program
      from enrolments e
      left join cards c
        on c.tenant_id = e.tenant_id and c.customer_id = e.customer_id and c.program_id = e.program_id
      where ${ofTenant('e')} and e.status = 'active' and c.id is null`,
  },
]
