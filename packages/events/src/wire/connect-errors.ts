/** Why a connection was refused or ended, and whether trying again as it is can help. */
export const connectErrors = {
  'bad-handshake': { retry: false, meaning: 'The auth object is malformed; the detail names the field.' },
  'token-missing': { retry: false, meaning: 'No token was given.' },
  'token-invalid': { retry: false, meaning: 'The token is not one that this server accepts.' },
  'token-expired': { retry: false, meaning: 'The token has expired: refresh it, then connect.' },
  'token-revoked': { retry: false, meaning: 'This terminal or user was revoked: sign in again.' },
  'wrong-tenant': { retry: false, meaning: 'The token is of another tenant than the one asked for.' },
  'role-not-allowed': { retry: false, meaning: 'This role has no room on this server.' },
  'keys-unavailable': { retry: true, meaning: 'The keys that prove tokens cannot be fetched right now.' },
  'too-many-sockets': { retry: true, meaning: 'The server or the tenant holds as many sockets as it may.' },
  draining: { retry: true, meaning: 'This server is going away: connect again.' },
  'too-slow': { retry: true, meaning: 'The client does not read what it is sent: connect again and catch up.' },
} as const satisfies Record<string, { retry: boolean; meaning: string }>

export type ConnectErrorCode = keyof typeof connectErrors
