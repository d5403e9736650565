export { useDashboardData, useDashboardRealtime, type DashboardRealtime } from './react/dashboard.ts'
export { LoyaltyProvider, useLiveStatus, useLoyaltyClient, useLoyaltyEvents } from './react/live.ts'
export { useClientPaymentMonitor, type PaymentMonitor } from './react/payment-monitor.ts'
export type { Live } from './react/use-live-snapshot.ts'
