import { useId, useRef, useState, type FormEvent } from 'react'
import { NoAnswer, Refusal } from '../../api/http.ts'
import { useNow } from '../../live/use-now.ts'
import { Button } from '../parts/button.tsx'
import type { CustomerSession } from '../session.ts'
import { useFormat, useWords } from '../words/language.tsx'
import { askForCode } from './ask-for-code.ts'
import classes from './sign-in.module.css'
import { useExplain } from './use-explain.ts'

const DIGITS = 6
/** A message needs a while; who asks again at once only makes the first code count no more. */
const RESEND_AFTER_SECONDS = 30

export type CodeStepProps = { phone: string; session: CustomerSession; onOtherNumber: () => void }

/** The code back. Six digits are sent by themselves: typed, pasted, or filled in by the phone. */
export function CodeStep({ phone, session, onOtherNumber }: CodeStepProps) {
  const words = useWords().signIn
  const id = useId()
  const [code, setCode] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const name = useRef<HTMLInputElement>(null)
  const stays = useRef<HTMLInputElement>(null)

  async function verify(digits: string): Promise<void> {
    if (busy || digits.length < DIGITS) return
    setBusy(true)
    setProblem(null)
    session.staySignedIn(stays.current?.checked ?? false)
    try {
      const given = name.current?.value.trim() ?? ''
      await session.signIn({ kind: 'customer', phone, code: digits, ...(given === '' ? {} : { name: given }) })
    } catch (error) {
      setProblem(explain(error))
      setCode('')
      setBusy(false)
    }
  }

  function explain(error: unknown): string {
    if (error instanceof Refusal) return words.codeWrong
    return error instanceof NoAnswer && error.status === 429 ? words.tooManyTries : words.noAnswer
  }

  function type(typed: string): void {
    const digits = typed.replaceAll(/\D/g, '').slice(0, DIGITS)
    setCode(digits)
    // Somebody who is new writes their name before they press the button.
    if (digits.length === DIGITS && digits !== code && !isNaming(name.current)) void verify(digits)
  }

  return (
    <>
      <div>
        <h1>{words.codeTitle}</h1>
        <p className={classes['lead']}>{words.codeSent(phone)}</p>
      </div>
      <form
        className={classes['form']}
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          void verify(code)
        }}
      >
        <div className={classes['field']}>
          <label htmlFor={`${id}-code`}>{words.code}</label>
          <input
            id={`${id}-code`}
            className={`${classes['code']} figure`}
            name="code"
            inputMode="numeric"
            autoComplete="one-time-code"
            value={code}
            onChange={(event) => type(event.currentTarget.value)}
            aria-invalid={problem !== null}
            aria-describedby={problem === null ? undefined : `${id}-problem`}
            required
            autoFocus
          />
        </div>
        {problem !== null && (
          <p id={`${id}-problem`} className={classes['problem']} role="alert">
            {problem}
          </p>
        )}
        <label className={classes['stay']}>
          <input ref={stays} type="checkbox" name="stay" defaultChecked={isInstalled()} />
          {words.stay}
        </label>
        <details className={classes['newHere']}>
          <summary>{words.newHere}</summary>
          <div className={classes['field']}>
            <label htmlFor={`${id}-name`}>{words.name}</label>
            <input ref={name} id={`${id}-name`} name="name" autoComplete="name" maxLength={200} />
            <p className={classes['hint']}>{words.nameHint}</p>
          </div>
        </details>
        <Button kind="primary" type="submit" busy={busy}>
          {busy ? words.checking : words.check}
        </Button>
        <Resend phone={phone} />
        <Button kind="quiet" onClick={onOtherNumber}>
          {words.otherNumber}
        </Button>
      </form>
    </>
  )
}

/** Another code, when the last one has had time to arrive, or when the server lets one be sent again. */
function Resend({ phone }: { phone: string }) {
  const words = useWords().signIn
  const format = useFormat()
  const explain = useExplain()
  const [againAtMs, setAgainAtMs] = useState(() => Date.now() + RESEND_AFTER_SECONDS * 1_000)
  const [said, setSaid] = useState<string | null>(null)
  const now = useNow(1_000)
  const waitSeconds = Math.max(0, Math.ceil((againAtMs - now) / 1_000))

  async function resend(): Promise<void> {
    if (waitSeconds > 0) return
    setSaid(null)
    const answer = await askForCode(phone)
    const pauseSeconds = answer.kind === 'limited' ? (answer.forSeconds ?? 60) : RESEND_AFTER_SECONDS
    setAgainAtMs(Date.now() + pauseSeconds * 1_000)
    setSaid(explain(answer) ?? words.resent)
  }

  return (
    <div className={classes['resend']}>
      <p role="status">{said}</p>
      <Button kind="quiet" busy={waitSeconds > 0} onClick={() => void resend()}>
        <span className="figure">{waitSeconds > 0 ? words.resendIn(format.duration(waitSeconds)) : words.resend}</span>
      </Button>
    </div>
  )
}

/** Opened from the home screen: nobody else's phone, then. */
const isInstalled = () => matchMedia('(display-mode: standalone)').matches

const isNaming = (input: HTMLInputElement | null) => input !== null && (input.closest('details')?.open ?? false)
