import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arrayElements, objectText } from './json-elements.ts'

const texts = (json: string) => arrayElements(Buffer.from(json)).map((element) => element.toString())

test('elements keep every byte, white space and number spelling included', () => {
  const first = '{ "a": 1.0, "big": 12345678901234567890, "2": [ {"x":{}} ], "1": null }'
  const second = '{"b":"é ✓ \\u00e9"}'
  expect(texts(`\n[ ${first} ,\t${second}]\n`)).toEqual([first, second])
})

test('brackets, braces and escaped quotes within strings are text', () => {
  const element = String.raw`{"]}[{\"":"\\","b":"\\\"],["}`
  expect(texts(`[${element},${element}]`)).toEqual([element, element])
})

test('an empty array has none', () => {
  expect(texts('[ ]')).toEqual([])
})

test('whatever the objects hold, each is found whole', () => {
  fc.assert(
    fc.property(fc.array(fc.object()), fc.constantFrom(undefined, 2), (objects, indent) => {
      const slices = texts(JSON.stringify(objects, null, indent))
      expect(slices.map((slice) => JSON.stringify(JSON.parse(slice)))).toEqual(
        objects.map((each) => JSON.stringify(each)),
      )
    }),
  )
})

test('a single object loses the white space around it and nothing else', () => {
  expect(objectText(Buffer.from('\r\n {"a": {"b":1} }\n')).toString()).toBe('{"a": {"b":1} }')
})
