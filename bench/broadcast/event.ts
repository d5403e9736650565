/**
 * The event that everybody delivers: a `loyalty_updated` as the API writes it, about 750 bytes with its envelope. The time
 * when it was published stands in `orderId`, behind a mark that readers find without parsing anything.
 */
export function eventText(tenant: string, seq: number): string {
  const id = `0199f000-0000-7000-8000-${seq.toString(16).padStart(12, '0')}`
  return `{"id":"${id}","type":"loyalty_updated","version":1,"tenant":"${tenant}","epoch":${EPOCH},"seq":${seq},"timestamp":"${new Date().toISOString()}","actor":{"type":"terminal","id":"0199f000-0000-7000-8000-00000000aaaa","name":"Till 2"},"data":{"customerId":"0199f000-0000-7000-8000-000000000001","customerPhone":"+447306506797","customerName":"John Doe","programId":"0199f000-0000-7000-8000-000000000020","cardId":"0199f000-0000-7000-8000-000000000021","cardVersion":${seq},"transactionId":"${id}","pointsChange":-75,"newBalance":200,"totalPointsEarned":275,"totalPointsRedeemed":75,"transactionType":"redeem","reason":null,"orderId":"${stampNow()}"}}`
}

const EPOCH = 1_763_700_000

const MARK = Buffer.from('~T')
const DIGITS = 16
/** No two stamps are closer than this: an event is longer. */
const EVENT_BYTES_MIN = 300

/** Microseconds of this process's clock. */
const stampNow = () => `~T${String(Math.round(performance.now() * 1000)).padStart(DIGITS, '0')}`

/**
 * Makes a reader that calls back with each stamp in a message. It looks first where the last stamp was: nearly all messages
 * are laid out alike.
 */
export function stampReader(onStamp: (publishedUs: number) => void) {
  let usualOffset = 0
  return (bytes: Buffer, start: number, end: number): void => {
    let from = start
    while (end - from >= EVENT_BYTES_MIN) {
      let mark = from === start ? from + usualOffset : -1
      if (mark < 0 || mark + 2 + DIGITS > end || bytes[mark] !== MARK[0] || bytes[mark + 1] !== MARK[1]) {
        mark = bytes.indexOf(MARK, from)
        if (mark < 0 || mark + 2 + DIGITS > end) return
        if (from === start) usualOffset = mark - start
      }
      let us = 0
      for (let digit = mark + 2; digit < mark + 2 + DIGITS; digit++) us = us * 10 + bytes[digit]! - 48
      onStamp(us)
      from = mark + 2 + DIGITS
    }
  }
}
