/** What can be wrong in a database, how it comes about, and which checks of the audit find it. */
type Fault = { readonly fault: string; readonly sql: string; readonly found: readonly string[] }

const card = `(select id from cards where tenant_id = 'demo' order by version desc limit 1)`
/** A position in the middle of the stream that tells of no points. */
const quiet = `(select max(seq) from events where tenant_id = 'demo' and type = 'member_updated' and data ->> 'memberVersion' = '2')`
/** Not the last entry of its card, and not taken back. */
const spent = `(select id from entries e where tenant_id = 'demo' and type = 'redeem'
  and not exists (select from entries where reverses = e.id) order by id limit 1)`
/** Of additions: which kind of entry a reversal names decides which figure it moves. */
const reversal = `(select id from entries where tenant_id = 'demo' and type = 'reverse' and points < 0 order by id limit 1)`
const lastReversal = reversal.replace('order by id', 'order by id desc')

/** Each is done to a traded database by itself, with triggers and foreign keys off. */
export const faults: readonly Fault[] = [
  {
    fault: 'a balance that was raised behind the back of the ledger',
    sql: `update cards set balance = balance + 100, earned = earned + 100 where id = ${card}`,
    found: ['card-is-sum-of-entries', 'card-is-last-entry'],
  },
  {
    fault: 'an entry that is gone',
    sql: `delete from entries where id = ${spent}`,
    found: ['card-is-sum-of-entries', 'entries-follow-each-other', 'events-have-their-entry', 'dashboard-points'],
  },
  {
    fault: 'a last entry that says another balance than it made',
    sql: `update entries set balance_after = balance_after + 1, earned_after = earned_after + 1
          where (card_id, card_version) = (select id, version from cards where id = ${card})`,
    found: ['card-is-last-entry', 'entries-follow-each-other', 'entries-have-their-event'],
  },
  {
    fault: 'an entry that is earlier than the one before it',
    sql: `update entries set created_at = created_at - interval '1 day'
          where card_id = ${card} and card_version = 2`,
    found: ['entries-follow-each-other', 'entries-have-their-event', 'dashboard-points'],
  },
  {
    fault: 'a card whose balance is not what was earned less what was redeemed',
    sql: `alter table cards drop constraint cards_check; update cards set earned = earned + 1 where id = ${card}`,
    found: ['card-is-sum-of-entries', 'card-is-last-entry', 'balance-is-earned-less-redeemed'],
  },
  {
    fault: 'a redemption that took more than there was',
    sql: `update entries set balance_after = -1, redeemed_after = earned_after + 1 where id = ${spent}`,
    found: ['entries-follow-each-other', 'no-debt-that-was-not-allowed', 'entries-have-their-event'],
  },
  {
    fault: 'a reversal of nothing',
    sql: `update entries set reverses = gen_random_uuid() where id = ${reversal}`,
    found: ['reversals-take-back-once'],
  },
  {
    fault: 'two reversals of one entry',
    sql: `drop index entries_reversed;
          update entries set reverses = (select reverses from entries where id = ${reversal})
          where id = ${lastReversal}`,
    found: ['reversals-take-back-once'],
  },
  {
    fault: 'a key that was applied and refused',
    sql: `insert into idempotency_keys
          select tenant_id, actor_id, idempotency_key, request_hash, '{}', now()
          from entries where idempotency_key is not null limit 1`,
    found: ['keys-apply-once'],
  },
  {
    fault: 'an event that was never written',
    sql: `delete from events where (tenant_id, seq) = (select tenant_id, seq from entries where id = ${spent})`,
    found: ['entries-have-their-event', 'stream-has-no-holes'],
  },
  {
    fault: 'an event that says another balance than the entry',
    sql: `update events set data = jsonb_set(data::jsonb, '{newBalance}', '1000000')::json
          where (tenant_id, seq) = (select tenant_id, seq from entries where id = ${spent})`,
    found: ['entries-have-their-event'],
  },
  {
    fault: 'a change that was told twice',
    sql: `insert into events
          select v.tenant_id, v.epoch, s.head + 1, gen_random_uuid(), v.type, v.version, v.customer_id, v.actor, v.data, s.last_at
          from streams s join events v on v.tenant_id = s.tenant_id
          where v.seq = (select seq from entries where id = ${spent}) and v.tenant_id = 'demo';
          update streams set head = head + 1 where tenant_id = 'demo'`,
    found: ['events-have-their-entry'],
  },
  {
    fault: 'a hole in the stream',
    sql: `delete from events where tenant_id = 'demo' and seq = ${quiet}`,
    found: ['stream-has-no-holes', 'members-are-as-last-told'],
  },
  {
    fault: 'a position that was given twice',
    sql: `insert into events
          select tenant_id, epoch, seq, gen_random_uuid(), type, version, customer_id, actor, data, created_at - interval '1 microsecond'
          from events where tenant_id = 'demo' and seq = 1`,
    found: ['stream-has-no-holes'],
  },
  {
    fault: 'a head without its event',
    sql: `update streams set head = head + 1 where tenant_id = 'demo'`,
    found: ['stream-ends-at-its-head'],
  },
  {
    fault: 'a stream that has lost all its events',
    sql: `delete from events where tenant_id = 'rival'`,
    found: ['entries-have-their-event', 'stream-ends-at-its-head'],
  },
  {
    fault: 'an event that is earlier than the one before it',
    sql: `update events set created_at = created_at - interval '1 minute' where tenant_id = 'demo' and seq = ${quiet}`,
    found: ['time-does-not-go-back'],
  },
  {
    fault: 'a delivery of what does not exist',
    sql: `update deliveries set seq = 1000000 where tenant_id = 'demo'`,
    found: ['delivery-marks-are-behind-the-head'],
  },
  {
    fault: 'a member under another phone',
    sql: `update members set phone = '+447306500000' where tenant_id = 'demo' and vip`,
    found: ['members-have-their-phone'],
  },
  {
    fault: 'a member who was not counted',
    sql: `update member_counts set members = members - 1 where tenant_id = 'demo'`,
    found: ['members-are-counted'],
  },
  {
    fault: 'a VIP whom no screen was told of',
    sql: `update members set vip = true, vip_since = now() where tenant_id = 'rival'`,
    found: ['members-are-as-last-told'],
  },
  {
    fault: 'two open enrolments of one customer',
    sql: `drop index enrolments_open;
          insert into enrolments (tenant_id, customer_id, program_id, status, method)
          select tenant_id, customer_id, program_id, 'pending', 'scan' from enrolments limit 1`,
    found: ['one-enrolment-at-a-time', 'requests-have-their-notification'],
  },
  {
    fault: 'an enrolment without its card',
    sql: `insert into programs (tenant_id, id, name) values ('demo', '00000000-0000-4000-8000-000000000001', 'Second');
          insert into enrolments (tenant_id, customer_id, program_id, status, method)
          select 'demo', customer_id, '00000000-0000-4000-8000-000000000001', 'active', 'manual'
          from members where tenant_id = 'demo' limit 1`,
    found: ['active-enrolments-have-a-card'],
  },
  {
    fault: 'a card that nobody asked for',
    sql: `delete from enrolments where tenant_id = 'rival' and status = 'active' and id = (select min(id::text)::uuid from enrolments where tenant_id = 'rival')`,
    found: ['cards-were-enrolled'],
  },
  {
    fault: 'a request that was not told',
    sql: `delete from notifications where kind = 'adjustment_request' and tenant_id = 'demo'`,
    found: ['requests-have-their-notification'],
  },
  {
    fault: 'an approval that moved other points than were proposed',
    sql: `update adjustments set points = points - 1 where status = 'approved' and points < 0`,
    found: ['adjustments-move-points-when-approved'],
  },
  {
    fault: 'a pending adjustment that has moved points',
    sql: `alter table adjustments drop constraint adjustments_check;
          update adjustments set transaction_id = (select id from entries where type = 'adjust' limit 1) where status = 'pending'`,
    found: ['adjustments-move-points-when-approved'],
  },
  {
    fault: 'a code that was scanned twice',
    sql: `alter table qr_scans drop constraint qr_scans_tenant_id_nonce_key;
          update qr_scans set nonce = '\\x00'`,
    found: ['scans-count-once'],
  },
  {
    fault: 'a scan that gave other points than it says',
    sql: `update qr_scans set points = points + 1 where outcome = 'points_awarded'`,
    found: ['scans-count-once'],
  },
  {
    fault: 'a change of points that the customer was not told',
    sql: `delete from notifications where transaction_id = ${spent}`,
    found: ['entries-are-told'],
  },
  {
    fault: 'a refund that nobody wrote down',
    sql: `delete from payment_refunds where provider = 'cash'`,
    found: ['refunds-fit-their-payment', 'dashboard-revenue'],
  },
  {
    fault: 'a refund of another currency',
    sql: `update payment_refunds set currency = 'USD' where provider = 'cash'`,
    found: ['refunds-fit-their-payment', 'dashboard-revenue'],
  },
  {
    fault: 'a payment that gave other points than it says',
    sql: `update payments set points_awarded = points_awarded + 1 where provider = 'cash'`,
    found: ['payments-move-their-points'],
  },
  {
    fault: 'points of a payment that is not there',
    sql: `update payments set transaction_id = null, points_awarded = 0, points_reversed = 0 where provider = 'paystack'`,
    found: ['refunds-fit-their-payment', 'payments-move-their-points'],
  },
  {
    fault: 'a refund that took other points than it says',
    sql: `update payment_refunds set points_taken = points_taken + 1 where provider = 'cash';
          update payments set points_reversed = points_reversed + 1 where provider = 'cash'`,
    found: ['refunds-take-their-points'],
  },
  {
    fault: 'a booking that says it is paid, and is not',
    sql: `update bookings set payment_status = 'paid'`,
    found: ['bookings-say-what-was-paid'],
  },
  {
    fault: 'a callback whose payment is gone',
    sql: `update provider_callbacks set payment_id = gen_random_uuid() where outcome = 'applied'`,
    found: ['callbacks-have-their-payment'],
  },
  {
    fault: 'a refund that still waits for what has come',
    sql: `update payment_refunds set status = 'waiting', payment_id = null, applied_at = null, points_taken = 0, transaction_id = null
          where provider = 'paystack';
          update payments set refunded_minor = 0, points_reversed = 0 where provider = 'paystack'`,
    found: ['callbacks-have-their-payment', 'payments-were-told', 'dashboard-revenue'],
  },
  {
    fault: 'a payment that is open and never asked about',
    sql: `delete from open_payments`,
    found: ['callbacks-have-their-payment'],
  },
  {
    fault: 'a payment that screens take for open',
    sql: `update payments set status = 'failed' where status = 'pending'; delete from open_payments`,
    found: ['payments-were-told'],
  },
  {
    fault: 'points that the dashboard has and the ledger has not',
    sql: `update activity_hours set issued = issued + 1 where tenant_id = 'demo'`,
    found: ['dashboard-points'],
  },
  {
    fault: 'an outstanding total that is not what the cards hold',
    sql: `update points_totals set outstanding = outstanding - 1 where tenant_id = 'rival'`,
    found: ['dashboard-points'],
  },
  {
    fault: 'a day of revenue that is gone',
    sql: `delete from revenue_days where provider = 'cash'`,
    found: ['dashboard-revenue'],
  },
  {
    fault: 'a payment of somebody who is not counted as a client',
    sql: `update payments set customer_id = (select customer_id from members where tenant_id = 'demo' order by phone limit 1) where provider = 'paystack'`,
    found: ['payments-move-their-points', 'dashboard-clients'],
  },
  {
    fault: 'a client whose first day is not told from later ones',
    sql: `update client_returns set previous_day = day - 1 where previous_day = '-infinity'`,
    found: ['dashboard-clients'],
  },
  {
    fault: 'a cancellation that was not counted',
    sql: `update bookings set status = 'cancelled'`,
    found: ['dashboard-bookings'],
  },
]
