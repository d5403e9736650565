import type { Activity } from '@loyalty-live/events/activity'
import { useAdminWords } from '../../language/admin-words.ts'
import { useWords } from '../../language/language.tsx'

/** Says what was done, in a few words. */
export function useDescribe(): (item: Activity) => string {
  const { activity: words } = useAdminWords()
  const { customer } = useWords()

  function member({ changes }: Activity): string {
    const [change] = changes
    if (!change) return words.memberAdded
    if (change.field === 'displayName') return words.renamed
    return change.to === true ? words.vipAdded : words.vipRemoved
  }

  return (item) => {
    switch (item.type) {
      case 'loyalty_updated':
        return item.transactionType === null ? words.groups.loyalty_updated : customer.types[item.transactionType]
      case 'member_updated':
        return member(item)
      case 'enrolment_updated':
        return words.enrolment(item.program?.name ?? '')
      case 'program_updated':
        return words.program(item.program?.name ?? '')
      default: {
        const known: Readonly<Record<string, string>> = words.otherTypes
        return known[item.type] ?? item.type
      }
    }
  }
}
