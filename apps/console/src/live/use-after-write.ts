import { useLoyaltyClient } from '@loyalty-live/client/react'

/**
 * What to wait for after a change of one's own: until it has come back on the stream. Every screen shows what the stream
 * says, the one that made the change too; asking makes that happen at once also while there is no live connection.
 */
export function useAfterWrite(): () => Promise<void> {
  const client = useLoyaltyClient()
  // It is written; when the server cannot be asked, it shows with the next poll.
  return () => client.catchUp().catch(() => undefined)
}
