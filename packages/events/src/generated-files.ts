import { asyncApiDocument, jsonSchema } from './asyncapi.ts'
import { CURRENT_VERSION, eventSchema, eventTypes } from './catalogue.ts'
import { catchUpPage } from './wire/catch-up.ts'

const write = (document: object) => `${JSON.stringify(document, null, 2)}\n`

/** Everything in `generated/`, by file name: for readers of the contract who do not run TypeScript. */
export function generatedFiles(): Map<string, string> {
  const files = new Map<string, string>()
  for (const type of eventTypes) {
    files.set(`${type}.v${CURRENT_VERSION}.schema.json`, write(jsonSchema(eventSchema(type))))
  }
  files.set('catch-up-page.schema.json', write(jsonSchema(catchUpPage)))
  files.set('asyncapi.json', write(asyncApiDocument('http://localhost:9011')))
  return files
}
