import { randomInt } from 'node:crypto'
import { newKey } from '../harness/api.ts'
import type { TestCustomer, TestTenant } from '../harness/tenant.ts'

/** What the examples are about: things of one tenant. */
export type Subjects = {
  tenant: TestTenant
  customer: TestCustomer
  transactionId: string
  programId: string
  staffId: string
  terminalId: string
  /** Pending. */
  enrolmentId: string
  /** That asks the customer for it. */
  notificationId: string
  /** Cash of the customer's. */
  paymentId: string
  /** A code of the customer's. */
  qr: string
  bookingId: string
}

/** A sound request to one route. Everything that is tested of bad requests starts from it. */
export type Example = {
  /** Role that may; null where nobody signs in. */
  readonly as: 'owner' | 'terminal' | 'customer' | null
  readonly params?: Record<string, string>
  readonly query?: Record<string, string>
  readonly body?: Record<string, unknown>
  readonly headers?: Record<string, string>
}

/** Another one each time: so many codes are sent to a phone, and no more. */
const somePhone = () => `+4473065${randomInt(10_000, 100_000)}`

/** One example for each route: a route without one fails the conformance tests. */
export const examples: Record<string, (subjects: Subjects) => Example> = {
  'POST /api/auth/login': ({ tenant }) => ({
    as: null,
    body: { tenant: tenant.id, email: tenant.ownerEmail, password: 'test-pass-1' },
  }),
  'POST /api/auth/terminal': ({ tenant }) => ({ as: null, body: { key: tenant.terminalKey } }),
  'POST /api/auth/refresh': ({ tenant }) => ({ as: null, body: { refreshToken: `${tenant.id}.${'A'.repeat(43)}` } }),
  'POST /api/auth/logout': ({ tenant }) => ({ as: null, body: { refreshToken: `${tenant.id}.${'A'.repeat(43)}` } }),
  'POST /api/auth/customer/code': () => ({ as: null, body: { phone: somePhone() } }),
  'POST /api/auth/customer/verify': () => ({ as: null, body: { phone: somePhone(), code: '000000' } }),
  'GET /api/events': () => ({ as: 'terminal', query: { after: '1:1', limit: '10' } }),
  'GET /api/loyalty/phone-lookup': ({ customer }) => ({ as: 'terminal', query: { phone: customer.phone } }),
  'POST /api/loyalty/phone-lookup': ({ customer, programId }) => ({
    as: 'terminal',
    headers: newKey(),
    body: { phone: customer.phone, action: 'add', points: 1, programId, orderId: 'order', reason: 'reason' },
  }),
  'POST /api/customer/loyalty/redeem': ({ customer, programId }) => ({
    as: 'terminal',
    headers: newKey(),
    body: { customerId: customer.id, points: 1, programId, orderId: 'order', reason: 'reason' },
  }),
  'PUT /api/customer/loyalty/redeem': ({ customer, programId }) => ({
    as: 'terminal',
    headers: newKey(),
    body: { customerId: customer.id, points: 1, programId, orderId: 'order', reason: 'reason' },
  }),
  'POST /api/loyalty/transactions/{id}/reverse': ({ transactionId }) => ({
    as: 'terminal',
    headers: newKey(),
    params: { id: transactionId },
    body: { reason: 'reason' },
  }),
  'GET /api/loyalty/transactions': ({ customer }) => ({
    as: 'terminal',
    query: {
      customerId: customer.id,
      cardId: customer.cardId,
      orderId: 'order',
      type: 'redeem',
      from: '2026-01-01T00:00:00Z',
      to: '2030-01-01T00:00:00Z',
      limit: '10',
    },
  }),
  'GET /api/admin/customers': () => ({
    as: 'owner',
    query: { search: 'a', vip: 'true', sort: 'points', order: 'desc', limit: '10' },
  }),
  'GET /api/admin/customers/{id}': ({ customer }) => ({ as: 'owner', params: { id: customer.id } }),
  'PATCH /api/admin/customers/{id}': ({ customer }) => ({
    as: 'owner',
    params: { id: customer.id },
    headers: { 'if-match': '*' },
    body: { displayName: 'Name' },
  }),
  'PUT /api/admin/customers/{id}/vip': ({ customer }) => ({ as: 'owner', params: { id: customer.id } }),
  'DELETE /api/admin/customers/{id}/vip': ({ customer }) => ({ as: 'owner', params: { id: customer.id } }),
  'GET /api/admin/vip': () => ({ as: 'owner', query: { limit: '10' } }),
  'GET /api/admin/vip/candidates': () => ({ as: 'owner', query: { limit: '10' } }),
  'GET /api/admin/programs': () => ({ as: 'owner', query: { limit: '10' } }),
  'POST /api/admin/programs': () => ({ as: 'owner', body: { name: 'Conformance', rules: { pointsPerScan: 1 } } }),
  'PATCH /api/admin/programs/{id}': ({ programId }) => ({
    as: 'owner',
    params: { id: programId },
    headers: { 'if-match': '*' },
    body: { name: 'Renamed', active: true, isDefault: true, rules: { pointsPerScan: 2 } },
  }),
  'GET /api/admin/settings': () => ({ as: 'owner' }),
  'PATCH /api/admin/settings': () => ({
    as: 'owner',
    headers: { 'if-match': '*' },
    body: { name: 'Conformance', defaultCountry: 'GB', currency: 'GBP', adjustmentsNeedApproval: false },
  }),
  'GET /api/admin/activity': ({ customer, staffId }) => ({
    as: 'owner',
    query: {
      actorId: staffId || 'nobody',
      type: 'loyalty_updated',
      customerId: customer.id,
      from: '2026-01-01T00:00:00Z',
      to: '2030-01-01T00:00:00Z',
      limit: '10',
    },
  }),
  'GET /api/admin/staff': () => ({ as: 'owner', query: { limit: '10' } }),
  'POST /api/admin/staff': () => ({
    as: 'owner',
    body: { name: 'New', email: 'conformance@demo.test', role: 'cashier', password: 'long-enough-1' },
  }),
  'DELETE /api/admin/staff/{id}': ({ staffId }) => ({ as: 'owner', params: { id: staffId } }),
  'GET /api/admin/terminals': () => ({ as: 'owner', query: { limit: '10' } }),
  'POST /api/admin/terminals': () => ({ as: 'owner', body: { name: 'Till' } }),
  'DELETE /api/admin/terminals/{id}': ({ terminalId }) => ({ as: 'owner', params: { id: terminalId } }),
  'GET /api/admin/enrolments': ({ customer, programId }) => ({
    as: 'owner',
    query: { status: 'active', customerId: customer.id, programId, limit: '10' },
  }),
  'POST /api/admin/enrolments': ({ customer, programId }) => ({
    as: 'terminal',
    body: { customerId: customer.id, programId },
  }),
  'GET /api/admin/enrolments/status': ({ customer }) => ({ as: 'terminal', query: { customerId: customer.id } }),
  'POST /api/admin/enrolments/{id}/cancel': ({ enrolmentId }) => ({ as: 'owner', params: { id: enrolmentId } }),
  'POST /api/admin/qr-scans': ({ qr, programId }) => ({
    as: 'terminal',
    headers: newKey(),
    body: { qr, programId, points: 1 },
  }),
  'GET /api/admin/qr-scans': ({ customer }) => ({ as: 'owner', query: { customerId: customer.id, limit: '10' } }),
  'POST /api/admin/adjustments': ({ customer, programId }) => ({
    as: 'owner',
    headers: newKey(),
    body: { customerId: customer.id, programId, points: 1, reason: 'reason' },
  }),
  'GET /api/admin/adjustments': ({ customer }) => ({
    as: 'owner',
    query: { customerId: customer.id, status: 'pending', limit: '10' },
  }),
  'POST /api/admin/payments': ({ customer, programId }) => ({
    as: 'terminal',
    headers: newKey(),
    body: {
      provider: 'bank_transfer',
      amountMinor: 100,
      currency: 'KES',
      customerId: customer.id,
      programId,
      phone: '+254708374149',
      reference: 'transfer',
      note: 'note',
      paidAt: '2026-01-01T00:00:00Z',
    },
  }),
  'GET /api/admin/payments': ({ customer }) => ({
    as: 'owner',
    query: {
      provider: 'cash',
      status: 'succeeded',
      customerId: customer.id,
      from: '2026-01-01T00:00:00Z',
      to: '2030-01-01T00:00:00Z',
      limit: '10',
    },
  }),
  'GET /api/admin/payments/refusals': () => ({ as: 'owner', query: { limit: '10' } }),
  'GET /api/admin/payments/{id}': ({ paymentId }) => ({ as: 'owner', params: { id: paymentId } }),
  'POST /api/admin/payments/{id}/refund': ({ paymentId }) => ({
    as: 'owner',
    headers: newKey(),
    params: { id: paymentId },
    body: { amountMinor: 1, reason: 'reason' },
  }),
  'POST /api/admin/payments/{id}/reconcile': ({ paymentId }) => ({ as: 'owner', params: { id: paymentId } }),
  'POST /api/admin/payments/paystack': ({ customer, programId }) => ({
    as: 'terminal',
    headers: newKey(),
    body: {
      amountMinor: 100,
      currency: 'KES',
      email: 'payer@example.com',
      customerId: customer.id,
      programId,
      callbackUrl: 'https://shop.example/thanks',
      note: 'note',
    },
  }),
  'POST /api/admin/payments/mpesa': ({ customer, programId }) => ({
    as: 'terminal',
    headers: newKey(),
    body: {
      amountMinor: 100,
      phone: '+254708374149',
      customerId: customer.id,
      programId,
      accountReference: 'order',
      note: 'note',
    },
  }),
  'GET /api/admin/payment-providers': () => ({ as: 'owner' }),
  'PUT /api/admin/payment-providers/paystack': () => ({ as: 'owner', body: { secretKey: 'sk_test_demo' } }),
  'PUT /api/admin/payment-providers/mpesa': () => ({
    as: 'owner',
    body: {
      shortcode: '174379',
      consumerKey: 'consumer-key',
      consumerSecret: 'consumer-secret',
      passkey: 'the-passkey',
      callbackSecret: 'conformance-secret',
    },
  }),
  'POST /api/admin/payment-providers/paystack/test': () => ({ as: 'owner' }),
  'POST /api/admin/payment-providers/mpesa/test': () => ({ as: 'owner' }),
  'POST /api/webhooks/paystack/{tenant}': ({ tenant }) => ({ as: null, params: { tenant: tenant.id } }),
  'POST /api/webhooks/mpesa/{tenant}/{secret}': ({ tenant }) => ({
    as: null,
    params: { tenant: tenant.id, secret: 'guessed-callback-secret' },
  }),
  'GET /api/admin/bookings': ({ customer }) => ({
    as: 'owner',
    query: {
      customerId: customer.id,
      status: 'booked',
      paymentStatus: 'unpaid',
      from: '2026-01-01',
      to: '2030-01-01',
      order: 'asc',
      limit: '10',
    },
  }),
  'POST /api/admin/bookings': ({ customer }) => ({
    as: 'owner',
    headers: newKey(),
    body: { customerId: customer.id, startsAt: '2026-12-24T18:00:00Z', amountMinor: 1, currency: 'KES', note: 'note' },
  }),
  'GET /api/admin/bookings/{id}': ({ bookingId }) => ({ as: 'owner', params: { id: bookingId } }),
  'PATCH /api/admin/bookings/{id}': ({ bookingId }) => ({
    as: 'owner',
    params: { id: bookingId },
    headers: { 'if-match': '*' },
    body: { status: 'completed' },
  }),
  'GET /api/admin/dashboard': () => ({ as: 'owner', query: { period: '30d' } }),
  'GET /api/admin/dashboard.csv': () => ({ as: 'owner', query: { period: '30d' } }),
  'GET /api/me/cards': () => ({ as: 'customer' }),
  'GET /api/me/transactions': ({ customer }) => ({
    as: 'customer',
    query: { cardId: customer.cardId, limit: '10' },
  }),
  'GET /api/me/notifications': () => ({ as: 'customer', query: { unread: 'true', limit: '10' } }),
  'POST /api/me/notifications/{id}/accept': ({ notificationId }) => ({
    as: 'customer',
    params: { id: notificationId },
  }),
  'POST /api/me/notifications/{id}/decline': ({ notificationId }) => ({
    as: 'customer',
    params: { id: notificationId },
  }),
  'POST /api/me/notifications/{id}/read': ({ notificationId }) => ({ as: 'customer', params: { id: notificationId } }),
  'POST /api/me/notifications/read': () => ({ as: 'customer' }),
  'GET /api/me/qr': () => ({ as: 'customer' }),
}
