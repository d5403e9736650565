import { Button, Group, Stack, Text } from '@mantine/core'
import { queryKeys } from '@loyalty-live/client/query'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useAdminWords } from '../../language/admin-words.ts'
import { useWords } from '../../language/language.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { useSession } from '../../session/use-session.tsx'
import { Problem } from '../../parts/problem.tsx'

export type RevokeDialogProps = {
  tenant: string
  what: 'terminals' | 'staff'
  id: string
  title: string
  text: string
  onClose: () => void
}

/** Asks once more: whoever is revoked is out at once, for good. */
export function RevokeDialog({ tenant, what, id, title, text, onClose }: RevokeDialogProps) {
  const words = useAdminWords().terminals
  const { app } = useWords()
  const { ask } = useSession()
  const queryClient = useQueryClient()
  const revoke = useMutation({
    mutationFn: () => ask(`/api/admin/${what}/${id}`, { method: 'DELETE' }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: queryKeys[what](tenant) })
      onClose()
    },
  })
  return (
    <Dialog onClose={onClose} title={title}>
      <Stack>
        <Text>{text}</Text>
        <Problem error={revoke.error} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {app.cancel}
          </Button>
          <Button color="red" loading={revoke.isPending} onClick={() => revoke.mutate()}>
            {words.revoke}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
