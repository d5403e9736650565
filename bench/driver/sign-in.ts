import { ownerOf, terminalKey } from '../database/population.ts'

/** Tokens of the generated tills, by number of their tenant. */
export const signInTills = (apiPort: number, tenants: number): Promise<string[]> =>
  signIn(tenants, (tenant) => post(apiPort, '/api/auth/terminal', { key: terminalKey(tenant) }))

/** Tokens of the generated owners, by number of their tenant; the first tenants have one. */
export const signInOwners = (apiPort: number, tenants: number): Promise<string[]> =>
  signIn(tenants, (tenant) => post(apiPort, '/api/auth/login', ownerOf(tenant)))

async function signIn(tenants: number, tokenOf: (tenant: number) => Promise<string>): Promise<string[]> {
  const tokens: string[] = []
  for (let tenant = 0; tenant < tenants; tenant++) tokens.push(await tokenOf(tenant))
  return tokens
}

async function post(apiPort: number, path: string, body: object): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${apiPort}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`sign-in was answered ${response.status}: ${await response.text()}`)
  const { token } = (await response.json()) as { token: string }
  return token
}
