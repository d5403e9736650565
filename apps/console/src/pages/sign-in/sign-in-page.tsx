import { Alert, Button, Paper, PasswordInput, SegmentedControl, Stack, Text, TextInput, Title } from '@mantine/core'
import { useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { NoAnswer, Refusal } from '../../api/http.ts'
import { useWords } from '../../language/language.tsx'
import { keepPreference, readPreference } from '../../preferences.ts'
import type { Credentials } from '../../session/session.ts'
import { useSession } from '../../session/use-session.tsx'
import { homeOf } from '../../shell/pages.ts'
import { Mark } from '../../shell/mark.tsx'
import { Preferences } from '../../shell/preferences.tsx'
import classes from './sign-in-page.module.css'

/** Sign-in of people by email and password, and of a till by its key. */
export function SignInPage() {
  const words = useWords().signIn
  const session = useSession()
  const navigate = useNavigate()
  const { history } = useRouter()
  const { next, tenant: asked } = useSearch({ from: '/sign-in' })
  const [kind, setKind] = useState<Credentials['kind']>('staff')
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    const fields = new FormData(event.currentTarget)
    const field = (name: string) => {
      const value = fields.get(name)
      return typeof value === 'string' ? value : ''
    }
    setBusy(true)
    setProblem(null)
    try {
      const user = await session.signIn(
        kind === 'staff'
          ? {
              kind,
              tenant: field('tenant').trim().toLowerCase(),
              email: field('email').trim(),
              password: field('password'),
            }
          : { kind, key: field('key').trim() },
      )
      keepPreference('console.tenant', user.tenant)
      if (next?.startsWith(`/${user.tenant}/`)) history.push(next)
      else await navigate(homeOf(user))
    } catch (error) {
      setProblem(explain(error))
      setBusy(false)
    }
  }

  function explain(error: unknown): string {
    if (error instanceof NoAnswer) return error.status === 429 ? words.tooMany : words.noAnswer
    return error instanceof Refusal ? words.wrong : String(error)
  }

  return (
    <main className={classes['page']}>
      <div className={classes['preferences']}>
        <Preferences />
      </div>
      <Paper className={classes['panel']} p={{ base: 'lg', sm: 'xl' }} radius="lg">
        <Stack gap="lg">
          <Stack gap={4}>
            <Mark />
            <Title order={1} size="xl" mt="sm">
              {words.title}
            </Title>
            <Text c="dimmed">{words.lead}</Text>
          </Stack>
          <SegmentedControl
            fullWidth
            value={kind}
            onChange={(value) => {
              setKind(value)
              setProblem(null)
            }}
            data={[
              { value: 'staff', label: words.staff },
              { value: 'terminal', label: words.terminal },
            ]}
          />
          <form onSubmit={(event) => void submit(event)}>
            <Stack gap="md">
              {kind === 'staff' ? (
                <>
                  <TextInput
                    name="tenant"
                    label={words.tenant}
                    description={words.tenantHint}
                    defaultValue={asked ?? readPreference('console.tenant') ?? ''}
                    autoComplete="organization"
                    autoCapitalize="none"
                    spellCheck={false}
                    required
                    withAsterisk={false}
                    size="md"
                  />
                  <TextInput
                    name="email"
                    type="email"
                    label={words.email}
                    autoComplete="username"
                    required
                    withAsterisk={false}
                    size="md"
                  />
                  <PasswordInput
                    name="password"
                    label={words.password}
                    autoComplete="current-password"
                    visibilityToggleButtonProps={{ 'aria-label': words.show }}
                    required
                    withAsterisk={false}
                    size="md"
                  />
                </>
              ) : (
                <PasswordInput
                  name="key"
                  label={words.key}
                  description={words.keyHint}
                  autoComplete="off"
                  visibilityToggleButtonProps={{ 'aria-label': words.show }}
                  required
                  withAsterisk={false}
                  size="md"
                />
              )}
              {problem && (
                <Alert color="red" variant="light" role="alert">
                  {problem}
                </Alert>
              )}
              <Button type="submit" size="md" loading={busy} fullWidth>
                {words.submit}
              </Button>
            </Stack>
          </form>
        </Stack>
      </Paper>
    </main>
  )
}
