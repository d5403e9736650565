import { buildPackages } from './build-packages.ts'
import { buildConsole } from './start/console.ts'

/** Builds the packages that are published, and the console, which the API serves; each into its `dist/`. */
for (const folder of buildPackages()) console.log(`built ${folder}`)
await buildConsole()
console.log('built apps/console/dist')
