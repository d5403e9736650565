import { useId, useState, type FormEvent } from 'react'
import { Button } from '../parts/button.tsx'
import { useWords } from '../words/language.tsx'
import { askForCode } from './ask-for-code.ts'
import classes from './sign-in.module.css'
import { useExplain } from './use-explain.ts'

/** @param phone what was typed before */
export function PhoneStep({ phone, onSent }: { phone: string; onSent: (phone: string) => void }) {
  const words = useWords().signIn
  const explain = useExplain()
  const id = useId()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault()
    if (busy) return
    const typed = new FormData(event.currentTarget).get('phone')
    const asked = typeof typed === 'string' ? typed.trim() : ''
    setBusy(true)
    setProblem(null)
    const answer = await askForCode(asked)
    setBusy(false)
    if (answer.kind === 'sent') onSent(asked)
    else setProblem(explain(answer))
  }

  return (
    <form className={classes['form']} onSubmit={(event) => void submit(event)}>
      <div className={classes['field']}>
        <label htmlFor={`${id}-phone`}>{words.phone}</label>
        <input
          id={`${id}-phone`}
          name="phone"
          type="tel"
          inputMode="tel"
          autoComplete="tel"
          defaultValue={phone || '+'}
          required
          minLength={6}
          maxLength={40}
          aria-describedby={`${id}-hint`}
          aria-invalid={problem !== null}
          autoFocus
        />
        <p id={`${id}-hint`} className={classes['hint']}>
          {words.phoneHint}
        </p>
      </div>
      {problem !== null && (
        <p className={classes['problem']} role="alert">
          {problem}
        </p>
      )}
      <Button kind="primary" type="submit" busy={busy}>
        {busy ? words.sending : words.sendCode}
      </Button>
    </form>
  )
}
