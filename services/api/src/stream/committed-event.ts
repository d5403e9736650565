/** An event as it stands on the stream: where, and its JSON text, which is what every reader gets. */
export type CommittedEvent = {
  readonly tenant: string
  readonly epoch: number
  readonly seq: number
  readonly text: string
}

/** A row of `events`, its JSON columns as text. */
export type EventRow = {
  readonly tenant_id: string
  readonly epoch: number
  readonly seq: number
  readonly id: string
  readonly type: string
  readonly version: number
  readonly actor: string
  readonly data: string
  readonly created_at: Date
}

/** Puts the envelope around the stored texts, without parsing them. */
export function encodeEvent(row: EventRow): CommittedEvent {
  const { tenant_id, epoch, seq, id, type, version, actor, data, created_at } = row
  return {
    tenant: tenant_id,
    epoch,
    seq,
    // tenant, id and type are slugs, a UUID and a name: nothing in them needs escaping
    text: `{"id":"${id}","type":"${type}","version":${version},"tenant":"${tenant_id}","epoch":${epoch},"seq":${seq},"timestamp":"${created_at.toISOString()}","actor":${actor},"data":${data}}`,
  }
}
