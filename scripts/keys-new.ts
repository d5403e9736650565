import { describeCommand, runCommand } from './command.ts'
import { makeSecrets } from './start/secrets.ts'

const command = describeCommand({
  name: 'npm run keys:new',
  description:
    'Prints new secrets, as lines for an environment file: the key that signs tokens (Ed25519, a private JWK), the secret that signs what the API posts to the realtime server (Standard Webhooks), and the key that payment providers’ secrets are sealed with (AES-256).',
  examples: ['npm run --silent keys:new >> .env'],
}).action(() => {
  for (const [name, value] of Object.entries(makeSecrets())) console.log(`${name}='${value}'`)
})

await runCommand(command)
