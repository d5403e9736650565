import { describeCommand, runCommand } from './command.ts'
import { makeSecrets } from './start/secrets.ts'

const command = describeCommand({
  name: 'npm run keys:new',
  description:
    'Prints new secrets, as lines for an environment file: the key that signs tokens (Ed25519, a private JWK) and the secret that signs what the API posts to the realtime server (Standard Webhooks).',
  examples: ['npm run --silent keys:new >> .env'],
}).action(() => {
  for (const [name, value] of Object.entries(makeSecrets())) console.log(`${name}='${value}'`)
})

await runCommand(command)
