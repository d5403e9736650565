import { lazy, Suspense } from 'react'

const CustomerDialog = lazy(() =>
  import('./customer-dialog.tsx').then(({ CustomerDialog: component }) => ({ default: component })),
)

/** The customer's dialog, whose code is loaded when somebody opens the first one; nothing while there is no id. */
export function LazyCustomerDialog({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  return (
    id !== undefined && (
      <Suspense>
        <CustomerDialog id={id} onClose={onClose} />
      </Suspense>
    )
  )
}
