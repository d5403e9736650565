import type { z } from 'zod'

/** True: the schema accepts this value, and parsing would give back an equal one. False: nobody knows, ask the schema. */
export type QuickCheck = (value: unknown) => boolean

/**
 * Makes a quick yes out of a zod schema: what is sound is recognised without the objects that zod makes for each field,
 * at a quarter of the cost. It never says yes where the schema says no; a no means nothing, so that the schema alone
 * decides what is refused, and why.
 *
 * Null when the schema holds anything that is not listed here, a refinement or a transformation for one: then there is
 * only the schema.
 */
export function quickCheck(schema: z.core.$ZodType): QuickCheck | null {
  const def = defOf(schema)
  if ('coerce' in def && def.coerce) return null
  if (def.type === 'string') return everyRule((value) => typeof value === 'string', rulesOf(def))
  if (def.type === 'number') return everyRule((value) => Number.isFinite(value), rulesOf(def))
  if (def.checks?.length) return null
  if (def.type === 'object') return isLoose(def) ? objectCheck(def.shape) : null
  if (def.type === 'nullable') return orElse(quickCheck(def.innerType), null)
  if (def.type === 'optional') return orElse(quickCheck(def.innerType), undefined)
  if (def.type === 'boolean') return (value) => typeof value === 'boolean'
  if (def.type === 'literal') return oneOf(def.values)
  if (def.type === 'enum') return oneOf(Object.values(def.entries))
  return null
}

function objectCheck(shape: Readonly<Record<string, z.core.$ZodType>>): QuickCheck | null {
  const names = Object.keys(shape)
  const checks = allOf(names.map((name) => quickCheck(shape[name]!)))
  if (!checks) return null
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    const fields = value as Record<string, unknown>
    for (let at = 0; at < names.length; at++) if (!checks[at]!(fields[names[at]!])) return false
    return true
  }
}

function isLoose({ catchall }: z.core.$ZodObjectDef): boolean {
  return catchall !== undefined && defOf(catchall).type === 'unknown'
}

function defOf({ _zod: internals }: z.core.$ZodType) {
  return (internals as z.core.$ZodTypes['_zod']).def
}

type RuleDef = z.core.$ZodChecks['_zod']['def']
/** What else a string or number must be; it is one already. */
type Rule = (value: never) => boolean

/** A format such as `z.uuid()` is a type and its first rule in one. */
function rulesOf(def: z.core.$ZodStringDef | z.core.$ZodNumberDef): (Rule | null)[] {
  const rules = (def.checks ?? []).map((check) => ruleOf(ruleDefOf(check)))
  return 'check' in def ? [ruleOf(def as unknown as RuleDef), ...rules] : rules
}

function ruleDefOf({ _zod: internals }: z.core.$ZodCheck): RuleDef {
  return internals.def as RuleDef
}

function ruleOf(def: RuleDef): Rule | null {
  if (def.check === 'string_format') return formatRule(def)
  // Schemas count code points, each of which is one or two of the units that `length` counts.
  if (def.check === 'max_length') return (value: string) => value.length <= def.maximum
  if (def.check === 'min_length') return (value: string) => value.length >= 2 * def.minimum - 1
  if (def.check === 'number_format') return def.format === 'safeint' ? Number.isSafeInteger : null
  if (def.check === 'greater_than') {
    const limit = Number(def.value)
    return def.inclusive ? (value: number) => value >= limit : (value: number) => value > limit
  }
  return null
}

/** Other formats do more than match their pattern, and a global pattern remembers where it stopped. */
function formatRule({ format, pattern }: z.core.$ZodCheckStringFormatDef): Rule | null {
  const isPatternOnly = format === 'regex' || format === 'uuid' || format === 'datetime'
  if (!isPatternOnly || !pattern || pattern.global || pattern.sticky) return null
  return (value: string) => pattern.test(value)
}

function everyRule(isOfType: QuickCheck, parts: readonly (Rule | null)[]): QuickCheck | null {
  const rules = allOf(parts)
  return rules && ((value) => isOfType(value) && rules.every((rule) => rule(value as never)))
}

function oneOf(values: readonly unknown[]): QuickCheck {
  const known = new Set(values)
  return (value) => known.has(value)
}

function orElse(check: QuickCheck | null, other: null | undefined): QuickCheck | null {
  return check && ((value) => value === other || check(value))
}

function allOf<T>(parts: readonly (T | null)[]): readonly T[] | null {
  const known = parts.filter((part) => part !== null)
  return known.length === parts.length ? known : null
}
