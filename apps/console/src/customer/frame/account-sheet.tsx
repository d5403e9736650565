import { useState } from 'react'
import { languageNames, type LanguageCode } from '../../language/create-language.tsx'
import { useCustomer } from '../live/live-customer.tsx'
import { Button } from '../parts/button.tsx'
import { Sheet } from '../parts/sheet.tsx'
import { chooseScheme, readScheme, type Scheme } from '../scheme.ts'
import { useLanguage } from '../words/language.tsx'
import classes from './account-sheet.module.css'

const SCHEMES: readonly Scheme[] = ['light', 'dark', 'auto']

/** Who is signed in, how it looks, and the way out. */
export function AccountSheet({ onClose }: { onClose: () => void }) {
  const { code, words, choose } = useLanguage()
  const { user, session } = useCustomer()
  const [scheme, setScheme] = useState(readScheme)

  return (
    <Sheet title={user.name} onClose={onClose}>
      <div className={classes['account']}>
        <Choice
          legend={words.account.appearance}
          options={SCHEMES.map((each) => ({ value: each, label: words.account[each] }))}
          chosen={scheme}
          onChoose={(chosen) => {
            chooseScheme(chosen)
            setScheme(chosen)
          }}
        />
        <Choice
          legend={words.account.language}
          options={(Object.keys(languageNames) as LanguageCode[]).map((each) => ({
            value: each,
            label: languageNames[each],
            lang: each,
          }))}
          chosen={code}
          onChoose={choose}
        />
        <Button onClick={() => void session.signOut()}>{words.account.signOut}</Button>
      </div>
    </Sheet>
  )
}

type ChoiceProps<Value extends string> = {
  legend: string
  options: readonly { readonly value: Value; readonly label: string; readonly lang?: string }[]
  chosen: Value
  onChoose: (value: Value) => void
}

/** One of a few, side by side. */
function Choice<Value extends string>({ legend, options, chosen, onChoose }: ChoiceProps<Value>) {
  return (
    <fieldset className={classes['choice']}>
      <legend>{legend}</legend>
      <div className={classes['options']}>
        {options.map(({ value, label, lang }) => (
          <label key={value} className={classes['option']} lang={lang}>
            <input type="radio" name={legend} checked={value === chosen} onChange={() => onChoose(value)} />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
