import icon from '../icon.svg'
import { useWords } from '../language/language.tsx'
import classes from './shell.module.css'

/** The product's sign and name. */
export function Mark() {
  const words = useWords().app
  return (
    <span className={classes['mark']}>
      <img src={icon} width={28} height={28} alt="" />
      {words.name}
    </span>
  )
}
