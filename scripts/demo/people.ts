import type { Random } from '../random.ts'

export type Person = { readonly name: string; readonly phone: string }

/**
 * People with names that occur where the demo businesses are, and with mobile numbers of the right form for Kenya and for
 * the United Kingdom. Names and numbers occur once each.
 */
export function makePeople(random: Random, count: number): Person[] {
  const names = random.shuffled(GIVEN.flatMap((given) => FAMILY.map((family) => `${given} ${family}`))).slice(0, count)
  const phones = new Set<string>()
  while (phones.size < count) phones.add(makePhone(random))
  const numbers = [...phones]
  return names.map((name, index) => ({ name, phone: numbers[index]! }))
}

/** A number that nobody of the demo data has. @param next chance, in [0, 1) */
export const newcomerPhone = (next: () => number) => `+4473069${String(Math.floor(next() * 100_000)).padStart(5, '0')}`

function makePhone(random: Random): string {
  const digits = (length: number) => Array.from({ length }, () => random.int(0, 9)).join('')
  // Below the block of John Doe's number.
  return random.chance(0.6) ? `+2547${random.pick(['0', '1', '2', '9'])}${digits(7)}` : `+4473064${digits(5)}`
}

const GIVEN = `
  Achieng Aisha Alice Amina Arthur Beatrice Brian Catherine Charlotte Cynthia Daniel David Diana Edward Emily
  Esther Faith Fatuma Florence George Grace Hamisi Harriet Henry Isaac Ivy James Jane Joseph Joy Kamau Kevin
  Lilian Lucy Martin Mercy Naomi Nyambura Oliver Omondi Patience Paul Peter Purity Rose Ruth Samuel Sarah Simon
  Sophie Stephen Thomas Wanjiru William Zawadi
`
  .trim()
  .split(/\s+/)

const FAMILY = `
  Abdalla Achieng Adams Barasa Baker Chebet Chege Clarke Cole Ellis Evans Foster Gathoni Hassan Hughes Juma Kamau
  Kariuki Kimani Kiplagat Koech Lewis Maina Makena Morgan Muthoni Mutua Mwangi Njoroge Nyong’o Ochieng Odhiambo
  Okello Omar Otieno Owino Palmer Parker Roberts Shah Turner Wafula Wairimu Walker Wambui Wanyama Wright
`
  .trim()
  .split(/\s+/)
