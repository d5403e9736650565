import { cursorText, enrolmentStatus } from '@loyalty-live/events'
import { z } from 'zod'
import { customerAndProgram, isoTime, recordedActor, text, uuid } from '../http/fields.ts'
import { pageQuery } from '../http/paging.ts'

/** As the SQL function enrolment_record writes it. */
export const enrolmentItem = z
  .object({
    id: uuid,
    ...customerAndProgram,
    status: enrolmentStatus,
    method: z.enum(['scan', 'manual']),
    cardId: uuid.nullable().meta({ description: 'Of an active enrolment' }),
    version: z.int(),
    actor: recordedActor.nullable().meta({ description: 'Who asked; null when nobody knows any more' }),
    requestedAt: isoTime,
    decidedAt: isoTime.nullable(),
  })
  .meta({ title: 'Enrolment' })

export type EnrolmentItem = z.infer<typeof enrolmentItem>

export const enrolmentRecord = enrolmentItem.extend({ cursor: cursorText }).meta({ title: 'EnrolmentRecord' })

export const listQuery = z.strictObject({
  status: enrolmentStatus.optional(),
  customerId: uuid.optional(),
  programId: uuid.optional(),
  ...pageQuery,
})

export const statusQuery = z.strictObject({ customerId: uuid })

export const statusList = z
  .object({
    items: z.array(
      z.object({
        programId: uuid,
        programName: z.string(),
        active: z.boolean().meta({ description: 'Whether the programme takes enrolments' }),
        enrolment: enrolmentItem.nullable().meta({ description: 'The last one; null when there never was one' }),
      }),
    ),
    cursor: cursorText,
  })
  .meta({ title: 'EnrolmentStatus' })

export const requestBody = z
  .strictObject({
    customerId: uuid.optional().meta({ description: 'A customer of this tenant; or else phone and name' }),
    phone: text(40).optional().meta({ description: 'However it is typed' }),
    name: text(200).optional(),
    programId: uuid.optional().meta({ description: 'Absent: the default programme' }),
  })
  .refine(({ customerId, phone, name }) => (customerId === undefined) === (phone !== undefined && name !== undefined), {
    error: 'takes customerId, or else phone and name',
  })
