import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generatedFiles } from './src/generated-files.ts'
import { shapesModule } from './src/shapes-module.ts'

const folder = join(import.meta.dirname, 'generated')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
for (const [name, text] of generatedFiles()) writeFileSync(join(folder, name), text)
writeFileSync(join(import.meta.dirname, 'src', 'shapes.ts'), shapesModule())
