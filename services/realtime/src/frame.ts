/**
 * One message to sockets, encoded once: a complete server-to-client WebSocket text frame (RFC 6455, section 5.2: final,
 * unmasked) around a Socket.IO event packet `42["name",json]`. The same bytes serve every socket and the memory.
 */
export type Frame = {
  readonly bytes: Buffer
  /** Where the payload starts in `bytes`. */
  readonly headerBytes: number
  /** Where it stands on its stream; null for what the server itself says. */
  readonly event: EventPlace | null
}

export type EventPlace = {
  readonly epoch: number
  readonly seq: number
  /** Events of one stream with the same key supersede each other: the newest says it all. Null: always needed. */
  readonly key: string | null
}

/** Text frames; the other bits of the first byte are final and no extension. */
const FINAL_TEXT = 0x81

/** Encodes an event. `json` is its own text as it was received, so that nothing in it is lost or reordered. */
export function eventFrame(type: string, json: Buffer, place: EventPlace): Frame {
  return encode(type, json, place)
}

/** Encodes a message of the server itself, such as `head`. */
export function messageFrame(name: string, data: object): Frame {
  return encode(name, Buffer.from(JSON.stringify(data)), null)
}

/** The packet as Engine.IO takes it, without the leading `4` that it adds itself. */
export function packetText(frame: Frame): string {
  return frame.bytes.toString('utf8', frame.headerBytes + 1)
}

/** Bytes that are one frame after another. */
export function joinFrames(frames: readonly Frame[]): Buffer {
  return frames.length === 1 ? frames[0]!.bytes : Buffer.concat(frames.map((frame) => frame.bytes))
}

function encode(name: string, json: Buffer, event: EventPlace | null): Frame {
  const opening = `42["${name}",`
  const payloadBytes = opening.length + json.length + 1
  const headerBytes = payloadBytes < 126 ? 2 : payloadBytes < 65_536 ? 4 : 10
  // Slow: memory of its own. A pooled slice would keep its whole pool alive for as long as one event is remembered.
  const bytes = Buffer.allocUnsafeSlow(headerBytes + payloadBytes)
  bytes[0] = FINAL_TEXT
  if (headerBytes === 2) bytes[1] = payloadBytes
  else if (headerBytes === 4) {
    bytes[1] = 126
    bytes.writeUInt16BE(payloadBytes, 2)
  } else {
    bytes[1] = 127
    bytes.writeUInt32BE(0, 2)
    bytes.writeUInt32BE(payloadBytes, 6)
  }
  bytes.write(opening, headerBytes, 'latin1')
  json.copy(bytes, headerBytes + opening.length)
  bytes[bytes.length - 1] = 0x5d // ]
  return { bytes, headerBytes, event }
}
