import type { StaffRole, TenantSettings } from '../../services/api/src/db/tables.ts'

/** Everybody's password in the demo data. */
export const DEMO_PASSWORD = 'demo-pass-1'

export type DemoTenant = {
  readonly id: string
  readonly name: string
  readonly programName: string
  readonly rules: { readonly pointsPerScan: number; readonly pointsPerCurrencyUnit: number }
  readonly settings: TenantSettings
  readonly staff: readonly { readonly email: string; readonly name: string; readonly role: StaffRole }[]
  readonly terminals: readonly { readonly name: string; readonly key: string }[]
  /** What order numbers start with. */
  readonly orderPrefix: string
  /** How it is known to payment providers: what signs their callbacks. */
  readonly providers: { readonly paystackKey: string; readonly mpesaCallbackSecret: string } | null
  /** Which of the generated people are its customers: from … to, the last one not included. */
  readonly people: readonly [from: number, to: number]
  readonly vips: number
  /** How many customers have booked a table; some of them are VIPs. */
  readonly bookers: number
  readonly bookersAmongVips: number
  /** How many come without a booking, on a quiet day at most. */
  readonly guestsADay: number
}

/** Two businesses, so that one can see that neither sees the other. A few people are customers of both. */
export const demoTenants: readonly DemoTenant[] = [
  {
    id: 'demo',
    name: 'Harbour Kitchen',
    programName: 'Harbour Points',
    rules: { pointsPerScan: 10, pointsPerCurrencyUnit: 0.01 },
    settings: { defaultCountry: 'GB', currency: 'KES', adjustmentsNeedApproval: false, timeZone: 'Africa/Nairobi' },
    staff: [
      { email: 'owner@demo.test', name: 'Olivia Achieng', role: 'owner' },
      { email: 'cashier@demo.test', name: 'Caleb Barasa', role: 'cashier' },
    ],
    terminals: [
      { name: 'Till 1', key: 'demo-terminal-key' },
      { name: 'Till 2', key: 'demo-terminal-key-2' },
    ],
    orderPrefix: 'HK-',
    providers: { paystackKey: 'sk_test_demo', mpesaCallbackSecret: 'demo-mpesa-secret' },
    people: [0, 200],
    vips: 12,
    bookers: 40,
    bookersAmongVips: 7,
    guestsADay: 8,
  },
  {
    id: 'rival',
    name: 'Rival Grill',
    programName: 'Grill Points',
    rules: { pointsPerScan: 5, pointsPerCurrencyUnit: 0.02 },
    settings: { defaultCountry: 'GB', currency: 'KES', adjustmentsNeedApproval: false, timeZone: 'Africa/Nairobi' },
    staff: [{ email: 'owner@rival.test', name: 'Rufus Langley', role: 'owner' }],
    terminals: [{ name: 'Till 1', key: 'rival-terminal-key' }],
    orderPrefix: 'RG-',
    providers: null,
    people: [192, 212],
    vips: 3,
    bookers: 4,
    bookersAmongVips: 1,
    guestsADay: 3,
  },
]

/** The customer of the worked example: what was earned, and nothing of it spent yet. */
export const JOHN_DOE = {
  tenant: 'demo',
  name: 'John Doe',
  phone: '+447306506797',
  opening: 50,
  added: [
    { points: 125, reason: 'Dinner' },
    { points: 100, reason: 'Lunch' },
  ],
} as const
