export type PointsAction = 'redeem' | 'add'

/** A change of points that somebody wants, once. */
export type PointsRequest = { readonly path: string; readonly body: Readonly<Record<string, unknown>> }

/** In one change; the API allows no more. */
export const POINTS_MAX = 1_000_000

/** Whether this many points can be redeemed or added at once. */
export function isAmount(points: unknown): points is number {
  return typeof points === 'number' && Number.isInteger(points) && points >= 1 && points <= POINTS_MAX
}

/** The request for a change of one card; an order or a reason that is blank is none. */
export function pointsRequest(change: {
  readonly phone: string
  readonly action: PointsAction
  readonly points: number
  readonly programId: string
  readonly orderId?: string
  readonly reason?: string
}): PointsRequest {
  const { orderId = '', reason = '', ...body } = change
  return {
    path: '/api/loyalty/phone-lookup',
    body: {
      ...body,
      ...(orderId.trim() ? { orderId: orderId.trim() } : {}),
      ...(reason.trim() ? { reason: reason.trim() } : {}),
    },
  }
}
