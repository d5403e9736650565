import { cursorText } from '@loyalty-live/events'
import { z } from 'zod'
import { customerAndProgram, isoTime, recordedActor, uuid } from '../http/fields.ts'
import { pageQuery } from '../http/paging.ts'

/** As the SQL function scan_record writes it. */
export const scanItem = z
  .object({
    id: uuid,
    ...customerAndProgram,
    outcome: z.enum(['enrolment_requested', 'enrolment_pending', 'points_awarded', 'identified']),
    pointsAwarded: z.int().nullable(),
    enrolmentId: uuid.nullable(),
    transactionId: uuid.nullable(),
    actor: recordedActor,
    scannedAt: isoTime,
  })
  .meta({ title: 'QrScan' })

export const scanRecord = scanItem
  .extend({
    card: z
      .object({ id: uuid, balance: z.int(), earned: z.int(), redeemed: z.int(), version: z.int() })
      .nullable()
      .meta({ description: 'As the scan left it; null for who is not enrolled' }),
    cursor: cursorText,
  })
  .meta({ title: 'QrScanRecord' })

export const scanBody = z.strictObject({
  qr: z.string().min(1).max(500).meta({ description: 'What the scanner read' }),
  programId: uuid.optional().meta({ description: 'Absent: the default programme' }),
  points: z.int().min(1).max(1_000_000).optional().meta({ description: 'Instead of what the programme’s rule gives' }),
})

export const listQuery = z.strictObject({ customerId: uuid.optional(), ...pageQuery })
