import { spawnSync } from 'node:child_process'

/** How to run a program as somebody who is not root. `owner` is the uid that must own what it writes, null when that is us. */
export type Unprivileged = { readonly prefix: readonly string[]; readonly owner: number | null }

const NOBODY = 65534

const WAYS: readonly Unprivileged[] = [
  // A user namespace in which we look like nobody: files stay ours, and a tree below a private /root stays reachable.
  { prefix: ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`], owner: null },
  // Where user namespaces are blocked (most containers): another uid that may still read our tree.
  {
    prefix: [
      'setpriv',
      `--reuid=${NOBODY}`,
      `--regid=${NOBODY}`,
      '--clear-groups',
      '--securebits=+no_setuid_fixup',
      '--inh-caps=+dac_override',
      '--ambient-caps=+dac_override',
    ],
    owner: NOBODY,
  },
]

let found: Unprivileged | undefined

/** PostgreSQL refuses to run as root; this finds a way around that needs no account to be made. Nothing to do for others. */
export function unprivileged(): Unprivileged {
  if (process.getuid?.() !== 0) return { prefix: [], owner: null }
  found ??= WAYS.find(({ prefix: [command, ...args] }) => spawnSync(command!, [...args, 'true']).status === 0)
  if (!found) {
    throw new Error(
      'PostgreSQL does not run as root, and neither unshare --user nor setpriv works here; start as an ordinary user, or set DATABASE_URL',
    )
  }
  return found
}
