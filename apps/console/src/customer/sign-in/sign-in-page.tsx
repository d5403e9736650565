import { useEffect, useState } from 'react'
import { languageNames, type LanguageCode } from '../../language/create-language.tsx'
import { Brand } from '../frame/brand.tsx'
import type { CustomerSession } from '../session.ts'
import { Button } from '../parts/button.tsx'
import { useLanguage, useWords } from '../words/language.tsx'
import { CodeStep } from './code-step.tsx'
import { PhoneStep } from './phone-step.tsx'
import classes from './sign-in.module.css'

/** Sign-in by a code to the phone, in two steps. Whether a number is known, it never says. */
export function SignInPage({ session }: { session: CustomerSession }) {
  const { signIn: words, app } = useWords()
  const [phone, setPhone] = useState('')
  const [isSent, setSent] = useState(false)
  useEffect(() => {
    document.title = `${words.title} · ${app.name}`
  }, [words, app])

  return (
    <main className={classes['page']}>
      <div className={classes['panel']}>
        <Brand />
        {isSent ? (
          <CodeStep phone={phone} session={session} onOtherNumber={() => setSent(false)} />
        ) : (
          <>
            <div>
              <h1>{words.title}</h1>
              <p className={classes['lead']}>{words.lead}</p>
            </div>
            <PhoneStep
              phone={phone}
              onSent={(asked) => {
                setPhone(asked)
                setSent(true)
              }}
            />
          </>
        )}
      </div>
      <OtherLanguage />
    </main>
  )
}

/** For whoever cannot read this one. */
function OtherLanguage() {
  const { code, choose } = useLanguage()
  const others = (Object.keys(languageNames) as LanguageCode[]).filter((each) => each !== code)
  return (
    <div className={classes['languages']}>
      {others.map((other) => (
        <Button key={other} kind="quiet" lang={other} onClick={() => choose(other)}>
          {languageNames[other]}
        </Button>
      ))}
    </div>
  )
}
