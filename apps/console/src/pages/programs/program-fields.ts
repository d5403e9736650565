import type { Program } from '@loyalty-live/client/query'

/** A programme as its form shows it. */
export type ProgramFields = Pick<Program, 'name' | 'active' | 'isDefault'> & Program['rules']

/** What a new one begins with: points for nothing, until somebody says for what. */
export const NEW_PROGRAM: { readonly version: number; readonly fields: ProgramFields } = {
  version: 0,
  fields: {
    name: '',
    active: true,
    isDefault: false,
    pointsPerScan: 0,
    pointsPerCurrencyUnit: 0,
    welcomeBonus: 0,
    debtPolicy: 'refuse',
  },
}

export const fieldsOf = ({ name, active, isDefault, rules }: Program): ProgramFields => ({
  name,
  active,
  isDefault,
  ...rules,
})

/** As the API takes it: only what is given changes. That a programme is not the default is no change that can be asked for. */
export function toBody({ name, active, isDefault, ...rules }: Partial<ProgramFields>): Record<string, unknown> {
  return {
    ...(name === undefined ? {} : { name: name.trim() }),
    ...(active === undefined ? {} : { active }),
    ...(isDefault ? { isDefault } : {}),
    ...(Object.keys(rules).length === 0 ? {} : { rules }),
  }
}
