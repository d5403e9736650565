/** SQL: what a loyalty_updated event `v` says, as `said`. */
export const SAID = `
  json_to_record(v.data) as said (
    "transactionId" uuid, "cardId" uuid, "customerId" uuid, "programId" uuid, "cardVersion" bigint, "pointsChange" bigint,
    "newBalance" bigint, "totalPointsEarned" bigint, "totalPointsRedeemed" bigint, "transactionType" text, reason text,
    "orderId" text
  )`

/** SQL: whether event `v`, saying `said`, tells of entry `e` with the same figures at the same position. Never null. */
export const TELLS_OF_ENTRY = `(
  (v.type, v.epoch, v.seq, v.customer_id, v.created_at)
    is not distinct from ('loyalty_updated'::text, e.epoch, e.seq, e.customer_id, e.created_at)
  and (
    said."transactionId", said."cardId", said."customerId", said."programId", said."cardVersion", said."pointsChange",
    said."newBalance", said."totalPointsEarned", said."totalPointsRedeemed", said."transactionType", said.reason,
    said."orderId"
  ) is not distinct from (
    e.id, e.card_id, e.customer_id, e.program_id, e.card_version, e.points,
    e.balance_after, e.earned_after, e.redeemed_after, e.type, e.reason, e.order_id
  )
)`
