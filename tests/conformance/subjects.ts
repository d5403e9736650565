import { randomUUID } from 'node:crypto'
import { newKey, type TestApi } from '../harness/api.ts'
import type { TestCustomer, TestTenant } from '../harness/tenant.ts'
import type { Subjects } from './operations.ts'

/** For what is asked of an example's shape alone, before anything is there. */
export const NO_SUBJECTS: Subjects = {
  tenant: {} as TestTenant,
  customer: { id: '', cardId: '', phone: '', name: '' },
  transactionId: '',
  programId: '',
  staffId: '',
  terminalId: '',
  enrolmentId: '',
  notificationId: '',
  paymentId: '',
  qr: '',
  bookingId: '',
}

/** One of each thing that a route may be about, of a tenant and of a customer who has points there. */
export async function makeSubjects(api: TestApi, tenant: TestTenant, customer: TestCustomer): Promise<Subjects> {
  const owner = await api.signIn(tenant, 'owner')
  const redeemed = await api.call('POST', '/api/customer/loyalty/redeem', {
    token: owner,
    headers: newKey(),
    body: { customerId: customer.id, points: 1 },
  })
  const staff = await api.call('GET', '/api/admin/staff', { token: owner })
  return {
    tenant,
    customer,
    transactionId: redeemed.body['transactionId'],
    programId: tenant.programId,
    staffId: staff.body['items'].find((item: any) => item.role === 'cashier').id,
    terminalId: tenant.terminalId,
    ...(await askCustomer(api, tenant, customer)),
  }
}

/** The customer has booked, and paid, and is asked to enrol in one more programme; and what they would show at a till. */
export async function askCustomer(api: TestApi, tenant: TestTenant, customer: TestCustomer) {
  const token = await api.signIn(tenant, 'owner')
  const program = await api.call('POST', '/api/admin/programs', { token, body: { name: `Club ${randomUUID()}` } })
  const enrolment = await api.call('POST', '/api/admin/enrolments', {
    token,
    body: { customerId: customer.id, programId: program.body['id'] },
  })
  const payment = await api.call('POST', '/api/admin/payments', {
    token,
    headers: newKey(),
    body: { provider: 'cash', amountMinor: 10_000, customerId: customer.id },
  })
  const own = { token: await api.customerToken(customer.id) }
  const { body: told } = await api.call('GET', '/api/me/notifications?limit=1', own)
  const { body: shown } = await api.call('GET', '/api/me/qr', own)
  const booking = await api.call('POST', '/api/admin/bookings', {
    token,
    headers: newKey(),
    body: { customerId: customer.id, startsAt: '2026-12-24T18:00:00Z', amountMinor: 1_000 },
  })
  return {
    bookingId: booking.body['id'] as string,
    enrolmentId: enrolment.body['id'] as string,
    notificationId: told['items'][0].id as string,
    paymentId: payment.body['id'] as string,
    qr: shown['qr'] as string,
  }
}
