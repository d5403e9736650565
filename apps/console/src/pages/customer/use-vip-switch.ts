import type { Customer } from '@loyalty-live/client/query'
import { useMutation } from '@tanstack/react-query'
import { useWords } from '../../language/language.tsx'
import { useAfterWrite } from '../../live/use-after-write.ts'
import { useToasts } from '../../parts/toasts.tsx'
import { useSession } from '../../session/use-session.tsx'

/** The VIP mark of a customer, and how to change it. It shows what is wanted while that is on its way. */
export function useVipSwitch({ id, displayName, vip }: Pick<Customer, 'id' | 'displayName' | 'vip'>): {
  readonly vip: boolean
  setVip(vip: boolean): void
} {
  const words = useWords().customers
  const { ask } = useSession()
  const toasts = useToasts()
  const afterWrite = useAfterWrite()
  const { mutate, isPending, variables } = useMutation({
    mutationFn: (wanted: boolean) => ask(`/api/admin/customers/${id}/vip`, { method: wanted ? 'PUT' : 'DELETE' }),
    onSuccess: afterWrite,
    onError: () => toasts.show({ text: words.vipFailed(displayName), tone: 'bad' }),
  })
  return { vip: isPending ? variables : vip, setVip: mutate }
}
