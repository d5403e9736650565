import type { IncomingMessage } from 'node:http'
import { RequestError } from '../errors.ts'

export type BodyLimits = {
  readonly bytesMax: number
  /** Of all bodies that are being received, together: nobody has proved anything yet while a body comes in. */
  readonly totalBytesMax: number
}

export type ReadBody = (request: IncomingMessage) => Promise<Buffer>

/** The client went away before its body was complete: there is nobody to answer. */
export class BodyAborted extends Error {
  override readonly name = 'BodyAborted'
}

/**
 * Makes the reader of request bodies. What exceeds a limit is not kept; node:http reads the rest and throws it away,
 * which is as it should be: closing on a client that is still sending would lose it the answer. The server's request
 * timeout ends that.
 *
 * The reader rejects with RequestError `body-too-large` or `overloaded`, or with BodyAborted.
 */
export function createBodyReader({ bytesMax, totalBytesMax }: BodyLimits): ReadBody {
  let totalBytes = 0

  return (request) =>
    new Promise((resolve, reject) => {
      const chunks: Buffer[] = []
      let bytes = 0
      let settled = false
      if (Number(request.headers['content-length'] ?? 0) > bytesMax) {
        refuse(tooLarge())
        return
      }
      // Never taken off again: that costs more than to hear the rest, which settled requests ignore.
      request.on('data', take).on('end', complete).on('close', abort)

      function take(chunk: Buffer): void {
        if (settled) return
        chunks.push(chunk)
        bytes += chunk.length
        totalBytes += chunk.length
        if (bytes > bytesMax) refuse(tooLarge())
        else if (totalBytes > totalBytesMax) refuse(overloaded())
      }

      function complete(): void {
        if (settled) return
        settle()
        resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks))
      }

      function abort(): void {
        if (settled) return
        settle()
        reject(new BodyAborted('the request ended early'))
      }

      function refuse(error: RequestError): void {
        settle()
        chunks.length = 0
        reject(error)
      }

      function settle(): void {
        settled = true
        totalBytes -= bytes
      }
    })

  function tooLarge(): RequestError {
    return new RequestError('body-too-large', `The body must not exceed ${bytesMax} bytes.`)
  }
}

function overloaded(): RequestError {
  return new RequestError('overloaded', 'More bodies are being received than can be kept: send it again.')
}
