import icon from '../../icon.svg'
import { useWords } from '../words/language.tsx'
import classes from './frame.module.css'

/** The product's sign and its name; in a header the name only where there is room. */
export function Brand() {
  const { name } = useWords().app
  return (
    <span className={classes['brand']}>
      <img src={icon} width={28} height={28} alt="" />
      <span className={classes['name']}>{name}</span>
    </span>
  )
}
