import { InvalidArgumentError } from 'commander'
import { z } from 'zod'
import { API_PORT, REALTIME_PORT, urlOf } from './start/settings.ts'

/** Checks an option where it is typed, so that the command names it. */
export function parsedBy<T>(schema: z.ZodType<T, string>): (text: string) => T {
  return (text) => {
    const parsed = schema.safeParse(text)
    if (parsed.success) return parsed.data
    throw new InvalidArgumentError(parsed.error.issues.map(({ message }) => message).join('; '))
  }
}

/** An option that is a number. */
export function numberBy(schema: z.ZodType<number, number>): (text: string) => number {
  return parsedBy(z.string().transform(Number).pipe(schema))
}

export const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' })

/** Where the parts are on this machine, as far as the environment says. */
export const localUrls = {
  api: urlOf({ host: 'localhost', port: Number(process.env['API_PORT'] || API_PORT) }),
  realtime: urlOf({ host: 'localhost', port: Number(process.env['REALTIME_PORT'] || REALTIME_PORT) }),
}
