import { Button } from '@mantine/core'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Link,
  redirect,
  type ErrorComponentProps,
} from '@tanstack/react-router'
import type { User } from './api/shapes.ts'
import { useWords } from './language/language.tsx'
import { readActivitySearch } from './pages/activity/search.ts'
import { readBookingsSearch } from './pages/bookings/search.ts'
import { readOpenCustomer } from './pages/customer/open-customer.ts'
import { readCustomersSearch } from './pages/customers/search.ts'
import { readDashboardSearch } from './pages/dashboard/search.ts'
import { readEnrolmentsSearch } from './pages/enrolments/search.ts'
import { readPaymentsSearch } from './pages/payments/search.ts'
import { EmptyState, ErrorState } from './parts/states.tsx'
import type { SessionKeeper } from './session/session.ts'
import type { ConsoleSettings } from './settings.ts'
import { homeOf, pages } from './shell/pages.ts'

export type RouterContext = { readonly session: SessionKeeper; readonly settings: ConsoleSettings }

const rootRoute = createRootRouteWithContext<RouterContext>()({
  notFoundComponent: NotFound,
  errorComponent: Broken,
})

const startRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: async ({ context: { session } }) => {
    const user = await session.restore()
    throw user ? redirect(homeOf(user)) : redirect({ to: '/sign-in', search: {} })
  },
})

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search): { next?: string; tenant?: string } => ({
    ...(typeof search['next'] === 'string' ? { next: search['next'] } : {}),
    ...(typeof search['tenant'] === 'string' ? { tenant: search['tenant'] } : {}),
  }),
  component: lazyRouteComponent(() => import('./pages/sign-in/sign-in-page.tsx'), 'SignInPage'),
})

const adminRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/$tenant/admin',
  beforeLoad: async ({ context: { session }, params: { tenant }, location }): Promise<{ user: User }> => {
    const user = await session.restore()
    if (user?.tenant === tenant) return { user }
    throw redirect({ to: '/sign-in', search: { tenant, next: location.href } })
  },
  component: lazyRouteComponent(() => import('./shell/signed-in.tsx'), 'SignedIn'),
})

const adminStartRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: '/',
  beforeLoad: ({ context: { user } }) => {
    throw redirect(homeOf(user))
  },
})

const customersRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'customers',
  validateSearch: readCustomersSearch,
  beforeLoad: ({ context: { user } }) => requireRole(user, 'customers'),
  component: lazyRouteComponent(() => import('./pages/customers/customers-page.tsx'), 'CustomersPage'),
})

const dashboardRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'dashboard',
  validateSearch: readDashboardSearch,
  beforeLoad: ({ context: { user } }) => requireRole(user, 'dashboard'),
  component: lazyRouteComponent(() => import('./pages/dashboard/dashboard-page.tsx'), 'DashboardPage'),
})

const bookingsRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'bookings',
  validateSearch: readBookingsSearch,
  beforeLoad: ({ context: { user } }) => requireRole(user, 'bookings'),
  component: lazyRouteComponent(() => import('./pages/bookings/bookings-page.tsx'), 'BookingsPage'),
})

const paymentsRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'payments',
  validateSearch: readPaymentsSearch,
  beforeLoad: ({ context: { user } }) => requireRole(user, 'payments'),
  component: lazyRouteComponent(() => import('./pages/payments/payments-page.tsx'), 'PaymentsPage'),
})

const tillRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'phone-loyalty-pos',
  beforeLoad: ({ context: { user } }) => requireRole(user, 'till'),
  component: lazyRouteComponent(() => import('./pages/till/till-page.tsx'), 'TillPage'),
})

const scanRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'scan',
  validateSearch: readOpenCustomer,
  beforeLoad: ({ context: { user } }) => requireRole(user, 'scan'),
  component: lazyRouteComponent(() => import('./pages/scan/scan-page.tsx'), 'ScanPage'),
})

const enrolmentsRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'enrolments',
  validateSearch: readEnrolmentsSearch,
  beforeLoad: ({ context: { user } }) => requireRole(user, 'enrolments'),
  component: lazyRouteComponent(() => import('./pages/enrolments/enrolments-page.tsx'), 'EnrolmentsPage'),
})

const programsRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'programs',
  beforeLoad: ({ context: { user } }) => requireRole(user, 'programs'),
  component: lazyRouteComponent(() => import('./pages/programs/programs-page.tsx'), 'ProgramsPage'),
})

const vipRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'vip',
  validateSearch: readOpenCustomer,
  beforeLoad: ({ context: { user } }) => requireRole(user, 'vip'),
  component: lazyRouteComponent(() => import('./pages/vip/vip-page.tsx'), 'VipPage'),
})

const activityRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'activity',
  validateSearch: readActivitySearch,
  beforeLoad: ({ context: { user } }) => requireRole(user, 'activity'),
  component: lazyRouteComponent(() => import('./pages/activity/activity-page.tsx'), 'ActivityPage'),
})

const terminalsRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'terminals',
  beforeLoad: ({ context: { user } }) => requireRole(user, 'terminals'),
  component: lazyRouteComponent(() => import('./pages/terminals/terminals-page.tsx'), 'TerminalsPage'),
})

const healthRoute = createRoute({
  getParentRoute: () => adminRoute,
  path: 'health',
  beforeLoad: ({ context: { user } }) => requireRole(user, 'health'),
  component: lazyRouteComponent(() => import('./pages/health/health-page.tsx'), 'HealthPage'),
})

const routeTree = rootRoute.addChildren([
  startRoute,
  signInRoute,
  adminRoute.addChildren([
    adminStartRoute,
    customersRoute,
    dashboardRoute,
    bookingsRoute,
    paymentsRoute,
    tillRoute,
    scanRoute,
    enrolmentsRoute,
    programsRoute,
    vipRoute,
    activityRoute,
    terminalsRoute,
    healthRoute,
  ]),
])

/** Every address of the console. A page's code is loaded when somebody goes there. */
export function createConsoleRouter(context: RouterContext) {
  return createRouter({ routeTree, context, defaultPreload: 'intent' })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>
  }
}

/** The API refuses as well; this spares people a page full of refusals. */
function requireRole(user: User, name: (typeof pages)[number]['name']): void {
  if (!pages.some((page) => page.name === name && page.roles.includes(user.role))) throw redirect(homeOf(user))
}

function NotFound() {
  const words = useWords().app
  return (
    <main>
      <EmptyState title={words.notFoundTitle}>
        {words.notFoundText} <Link to="/">{words.toStart}</Link>
      </EmptyState>
    </main>
  )
}

function Broken({ error, reset }: ErrorComponentProps) {
  const words = useWords().app
  return (
    <main>
      <ErrorState error={error} onRetry={reset} />
      <Button variant="subtle" mx="auto" display="block" onClick={() => location.reload()}>
        {words.reload}
      </Button>
    </main>
  )
}
