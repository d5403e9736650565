import { QueryClient } from '@tanstack/react-query'
import { NoAnswer } from './http.ts'

const RETRIES_MAX = 2

/**
 * What screens have read, in memory only. The live stream keeps it fresh, so nothing is read again because a window got the
 * focus; and nothing waits because the browser thinks it is offline: a till must hear that from the server.
 */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always',
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: (failures, error) => error instanceof NoAnswer && failures < RETRIES_MAX,
        retryDelay: (attempt) => 500 * 2 ** attempt,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  })
}
