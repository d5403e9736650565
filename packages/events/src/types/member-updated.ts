import { z } from 'zod'
import { customerFields, personName, recordVersion } from '../fields.ts'

const changed = <T extends z.ZodType>(value: T) => z.looseObject({ from: value, to: value })

/** What a tenant keeps about a customer changed: `customerName`, `vip` and `memberVersion` are the state after it. */
export const memberUpdatedV1 = z.looseObject({
  ...customerFields,
  memberVersion: recordVersion,
  vip: z.boolean(),
  changes: z
    .looseObject({ displayName: changed(personName).optional(), vip: changed(z.boolean()).optional() })
    .meta({ description: 'Only the fields that changed; empty when the member is new' }),
})
