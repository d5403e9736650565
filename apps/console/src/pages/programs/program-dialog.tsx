import type { Program } from '@loyalty-live/client/query'
import { useEngagementWords } from '../../language/engagement-words.ts'
import { Dialog } from '../../parts/dialog.tsx'
import { useToasts } from '../../parts/toasts.tsx'
import { useDraft } from '../../records/use-draft.ts'
import { useSession } from '../../session/use-session.tsx'
import { fieldsOf, NEW_PROGRAM, toBody } from './program-fields.ts'
import { ProgramForm } from './program-form.tsx'

type DialogProps = { currency: string; onClose: () => void }

/** Changes a programme; what others change meanwhile shows while it is open (C1, C2). */
export function EditProgramDialog({ program, currency, onClose }: DialogProps & { program: Program }) {
  const words = useEngagementWords().programs
  const { ask } = useSession()
  const toasts = useToasts()
  const form = useDraft({
    record: program,
    fieldsOf,
    send: (changes, version) =>
      ask(`/api/admin/programs/${program.id}`, {
        method: 'PATCH',
        body: toBody(changes),
        headers: { 'if-match': `"${version}"` },
      }),
    onSaved() {
      toasts.show({ text: words.saved(form.values.name), tone: 'good' })
      onClose()
    },
  })
  return (
    <Dialog onClose={onClose} title={program.name} size={560} data-testid="program-dialog">
      <ProgramForm form={form} isNew={false} wasDefault={program.isDefault} currency={currency} onCancel={onClose} />
    </Dialog>
  )
}

/** Makes a programme. Nobody else has it open yet; that a name is taken is the server's to say. */
export function NewProgramDialog({ currency, onClose }: DialogProps) {
  const words = useEngagementWords().programs
  const { ask } = useSession()
  const toasts = useToasts()
  const form = useDraft({
    record: NEW_PROGRAM,
    fieldsOf: ({ fields }) => fields,
    send: (changes) => ask('/api/admin/programs', { method: 'POST', body: toBody(changes) }),
    onSaved() {
      toasts.show({ text: words.saved(form.values.name), tone: 'good' })
      onClose()
    },
  })
  return (
    <Dialog onClose={onClose} title={words.create} size={560} data-testid="program-dialog">
      <ProgramForm form={form} isNew wasDefault={false} currency={currency} onCancel={onClose} />
    </Dialog>
  )
}
