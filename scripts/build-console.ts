import { buildConsole } from './start/console.ts'

/** `npm run build:console`: builds the console alone, whether or not it is stale. */
await buildConsole()
console.log('built apps/console/dist')
