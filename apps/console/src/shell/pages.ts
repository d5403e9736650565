import {
  IconCalendarEvent,
  IconCards,
  IconCash,
  IconChartHistogram,
  IconDeviceMobile,
  IconHeartbeat,
  IconHistory,
  IconKey,
  IconQrcode,
  IconStar,
  IconUserCheck,
  IconUsers,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'
import type { Role, User } from '../api/shapes.ts'
import type { Dictionary } from '../language/en.ts'

/** A page of the shell: where it is, who may see it, and how the navigation shows it. */
export type ShellPage = {
  readonly name: keyof Dictionary['nav']
  readonly to:
    | '/$tenant/admin/customers'
    | '/$tenant/admin/dashboard'
    | '/$tenant/admin/bookings'
    | '/$tenant/admin/payments'
    | '/$tenant/admin/phone-loyalty-pos'
    | '/$tenant/admin/scan'
    | '/$tenant/admin/enrolments'
    | '/$tenant/admin/programs'
    | '/$tenant/admin/vip'
    | '/$tenant/admin/activity'
    | '/$tenant/admin/terminals'
    | '/$tenant/admin/health'
  readonly roles: readonly Role[]
  readonly icon: ComponentType<{ size?: number; 'aria-hidden'?: 'true' }>
}

const TILL: readonly Role[] = ['owner', 'admin', 'cashier', 'terminal']
const ADMIN: readonly Role[] = ['owner', 'admin']

/** In the order of the navigation; the first that a role may see is where it starts. */
export const pages: readonly ShellPage[] = [
  { name: 'customers', to: '/$tenant/admin/customers', roles: ADMIN, icon: IconUsers },
  { name: 'dashboard', to: '/$tenant/admin/dashboard', roles: ADMIN, icon: IconChartHistogram },
  { name: 'till', to: '/$tenant/admin/phone-loyalty-pos', roles: TILL, icon: IconDeviceMobile },
  { name: 'scan', to: '/$tenant/admin/scan', roles: TILL, icon: IconQrcode },
  { name: 'bookings', to: '/$tenant/admin/bookings', roles: ADMIN, icon: IconCalendarEvent },
  { name: 'payments', to: '/$tenant/admin/payments', roles: ADMIN, icon: IconCash },
  { name: 'enrolments', to: '/$tenant/admin/enrolments', roles: ADMIN, icon: IconUserCheck },
  { name: 'vip', to: '/$tenant/admin/vip', roles: ADMIN, icon: IconStar },
  { name: 'programs', to: '/$tenant/admin/programs', roles: ADMIN, icon: IconCards },
  { name: 'activity', to: '/$tenant/admin/activity', roles: ADMIN, icon: IconHistory },
  { name: 'terminals', to: '/$tenant/admin/terminals', roles: ADMIN, icon: IconKey },
  { name: 'health', to: '/$tenant/admin/health', roles: TILL, icon: IconHeartbeat },
]

export function pagesOf(role: Role): readonly ShellPage[] {
  return pages.filter(({ roles }) => roles.includes(role))
}

/** Where somebody lands after signing in. */
export function homeOf({ role, tenant }: User): { to: ShellPage['to']; params: { tenant: string } } {
  return { to: pagesOf(role)[0]!.to, params: { tenant } }
}
