import { expect, test } from 'vitest'
import { matching, type Command } from './commands.ts'

const command = (label: string, detail?: string): Command => ({
  id: label,
  group: 'actions',
  label,
  ...(detail === undefined ? {} : { detail }),
  icon: () => null,
  run: () => {},
})
const commands = [
  command('Go to Customers'),
  command('Go to Terminals & staff'),
  command('Appearance: Dark'),
  command('Language: Deutsch'),
  command('Refresh', 'R'),
  command('Zu Verläufen'),
]
const found = (typed: string) => matching(commands, typed).map(({ label }) => label)

test('nothing typed offers everything, in its order', () => {
  expect(matching(commands, '  ')).toBe(commands)
})

test.each([
  ['cust', ['Go to Customers']],
  ['GO CUST', ['Go to Customers']],
  ['staff terminals', ['Go to Terminals & staff']],
  ['verlauf', ['Zu Verläufen']],
  ['deutsch appearance', []],
  ['&', commands.map(({ label }) => label)],
])('%j finds %j', (typed, labels) => {
  expect(found(typed)).toEqual(labels)
})

test('what begins a word stands before what is only somewhere in one', () => {
  expect(found('r')).toEqual([
    'Refresh',
    'Go to Customers',
    'Go to Terminals & staff',
    'Appearance: Dark',
    'Zu Verläufen',
  ])
})
