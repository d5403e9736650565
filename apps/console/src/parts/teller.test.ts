import { expect, test } from 'vitest'
import { createTeller, type Said } from './teller.ts'

/** A teller, what it has said, and a way to let its pause pass. */
function listen() {
  const said: Said[] = []
  const timers: (() => void)[] = []
  const tell = createTeller(
    (sentence) => said.push(sentence),
    (then) => timers.push(then),
  )
  return { said, news: (text: string) => tell({ text, tone: 'news' }), tell, pass: () => timers.shift()?.() }
}

test('what happens in a burst is said in two sentences: the first of it, and how many more', () => {
  const { said, news, pass } = listen()
  for (let number = 1; number <= 40; number++) news(`change ${number}`)
  expect(said).toEqual([{ text: 'change 1', more: 0 }])
  pass()
  expect(said.slice(1)).toEqual([{ text: 'change 2', more: 39 }])
})

test('a single change during a pause is said in its own words, and the next pause begins', () => {
  const { said, news, pass } = listen()
  news('one')
  news('two')
  pass()
  expect(said.at(-1)).toEqual({ text: 'two', more: 0 })
  news('three')
  expect(said).toHaveLength(2)
  pass()
  expect(said.at(-1)).toEqual({ text: 'three', more: 0 })
})

test('after a pause in which nothing happened, the next change is said at once', () => {
  const { said, news, pass } = listen()
  news('one')
  pass()
  news('two')
  expect(said.map(({ text }) => text)).toEqual(['one', 'two'])
})

test('what somebody has done themselves is answered at once, whatever else happens', () => {
  const { said, news, tell } = listen()
  news('one')
  tell({ text: 'saved', tone: 'good' })
  tell({ text: 'no answer', tone: 'bad' })
  expect(said.map(({ text }) => text)).toEqual(['one', 'saved', 'no answer'])
})
