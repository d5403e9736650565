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
}

/** A sound request to one route. Everything that is tested of bad requests starts from it. */
export type Example = {
  /** Role that may; null where nobody signs in. */
  readonly as: 'owner' | 'terminal' | null
  readonly params?: Record<string, string>
  readonly query?: Record<string, string>
  readonly body?: Record<string, unknown>
  readonly headers?: Record<string, string>
}

/** One example for each route: a route without one fails the conformance tests. */
export const examples: Record<string, (subjects: Subjects) => Example> = {
  'POST /api/auth/login': ({ tenant }) => ({
    as: null,
    body: { tenant: tenant.id, email: tenant.ownerEmail, password: 'test-pass-1' },
  }),
  'POST /api/auth/terminal': ({ tenant }) => ({ as: null, body: { key: tenant.terminalKey } }),
  'POST /api/auth/refresh': ({ tenant }) => ({ as: null, body: { refreshToken: `${tenant.id}.${'A'.repeat(43)}` } }),
  'POST /api/auth/logout': ({ tenant }) => ({ as: null, body: { refreshToken: `${tenant.id}.${'A'.repeat(43)}` } }),
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
}
