import { z } from 'zod'
import { customerFields, recordVersion, uuid } from '../fields.ts'

export const enrolmentStatus = z.enum(['pending', 'active', 'declined', 'cancelled'])

/** An enrolment was asked for, or left the state it was in. `cardId` is set once it is active. */
export const enrolmentUpdatedV1 = z.looseObject({
  ...customerFields,
  enrolmentId: uuid,
  enrolmentVersion: recordVersion,
  programId: uuid,
  programName: z.string(),
  status: enrolmentStatus,
  previousStatus: enrolmentStatus.nullable(),
  method: z.enum(['scan', 'manual']),
  cardId: uuid.nullable(),
})
