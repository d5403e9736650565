import { randomUUID } from 'node:crypto'
import { newKey, type TestApi } from '../harness/api.ts'
import type { TestCustomer, TestTenant } from '../harness/tenant.ts'

/** A customer who has booked, and paid, and is asked to enrol in one more programme; and what they would show at a till. */
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
