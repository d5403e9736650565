import { Button, Group, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import type { Enrolment } from '@loyalty-live/client/query'
import { useQuery } from '@tanstack/react-query'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { Refusal } from '../../api/http.ts'
import { lookupQuery } from '../../api/queries.ts'
import { AwaitedEnrolment } from '../../engagement/awaited-enrolment.tsx'
import { EnrolStranger } from '../../engagement/enrol-stranger.tsx'
import { EnrolmentSlots } from '../../engagement/enrolment-slots.tsx'
import { useEngagementWords } from '../../language/engagement-words.ts'
import { useWords } from '../../language/language.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Initials } from '../../parts/initials.tsx'
import { ErrorState } from '../../parts/states.tsx'
import { useSession } from '../../session/use-session.tsx'

/** Enrols by hand: who is it, by phone number; then they are asked, and their answer shows here. */
export function EnrolDialog({ tenant, onClose }: { tenant: string; onClose: () => void }) {
  const words = useEngagementWords().enrolments
  const till = useWords().till
  const { ask } = useSession()
  const [typed, setTyped] = useState('')
  const [phone, setPhone] = useState<string | null>(null)
  const [asked, setAsked] = useState<Enrolment | null>(null)
  const found = useQuery({ ...lookupQuery(ask, tenant, phone ?? ''), enabled: phone !== null && asked === null })

  return (
    <Dialog onClose={onClose} title={words.enrol} size={520} data-testid="enrol-dialog">
      {asked ? (
        <AwaitedEnrolment enrolment={asked}>
          <Button variant="default" onClick={onClose}>
            {till.done}
          </Button>
        </AwaitedEnrolment>
      ) : (
        <Stack>
          <Text c="dimmed" size="sm">
            {words.enrolText}
          </Text>
          <form
            onSubmit={(event) => {
              event.preventDefault()
              if (typed.trim() === phone) void found.refetch()
              else setPhone(typed.trim())
            }}
          >
            <Group align="flex-end" gap="sm" wrap="nowrap">
              <TextInput
                flex={1}
                type="tel"
                label={till.phone}
                value={typed}
                onChange={(event) => {
                  setTyped(event.currentTarget.value)
                  setPhone(null)
                }}
                maxLength={40}
                autoComplete="off"
                required
                data-autofocus
              />
              <Button
                type="submit"
                variant={phone === null ? 'filled' : 'default'}
                disabled={typed.trim() === ''}
                loading={found.isFetching && !found.data}
                leftSection={<IconSearch size={16} aria-hidden="true" />}
              >
                {words.find}
              </Button>
            </Group>
          </form>
          {phone !== null && found.data ? (
            <Known id={found.data.customer.id} name={found.data.member.displayName} phone={found.data.customer.phone} />
          ) : phone !== null && found.isError ? (
            <Unknown phone={phone} error={found.error} onAsked={setAsked} onRetry={() => void found.refetch()} />
          ) : (
            phone !== null && <Skeleton height={120} radius="lg" />
          )}
        </Stack>
      )}
    </Dialog>
  )
}

function Known({ id, name, phone }: { id: string; name: string; phone: string }) {
  return (
    <section aria-label={name} data-testid="enrol-known">
      <Group gap="sm">
        <Initials name={name} />
        <div>
          <Text fw={600}>{name}</Text>
          <Text c="dimmed" size="xs" className="figure">
            {phone}
          </Text>
        </div>
      </Group>
      <EnrolmentSlots customerId={id} />
    </section>
  )
}

function Unknown({
  phone,
  error,
  onAsked,
  onRetry,
}: {
  phone: string
  error: Error
  onAsked: (enrolment: Enrolment) => void
  onRetry: () => void
}) {
  const words = useWords().till
  const code = error instanceof Refusal ? error.code : null
  if (code === 'customer-not-found') return <EnrolStranger phone={phone} onAsked={onAsked} />
  if (code === 'invalid-request') return <Text role="alert">{words.notPossible}</Text>
  return <ErrorState error={error} onRetry={onRetry} />
}
