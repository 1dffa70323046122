import { isAppError } from '@portolan/errors'
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { isSignedOut } from './request.ts'

const FRESH_MS = 30_000
const RETRY_LIMIT = 2
/** Without a network it is asked all the same, and fails: otherwise a button would wait in silence until there is one. */
const ASKED_ANYWAY = 'always'

export interface QueryClientOptions {
  /** Any request was told that nobody is signed in any more. */
  readonly onSignedOut: () => void
}

export function createQueryClient({ onSignedOut }: QueryClientOptions): QueryClient {
  const onError = (error: Error) => {
    if (isSignedOut(error)) onSignedOut()
  }
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        networkMode: ASKED_ANYWAY,
        refetchOnReconnect: true,
        staleTime: FRESH_MS,
        retry: (count, error) => count < RETRY_LIMIT && isTemporary(error),
      },
      mutations: { networkMode: ASKED_ANYWAY },
    },
  })
}

function isTemporary(error: Error): boolean {
  return isAppError(error) && error.status >= 500
}
