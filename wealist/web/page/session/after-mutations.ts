import type { QueryClient } from '@tanstack/react-query'

/**
 * Does it once nothing is being changed from this page: news of a change that the person has just made here themselves
 * may come before the answer to it, and whoever asked for it also says what came of it.
 */
export function afterMutations(queryClient: QueryClient, work: () => void): void {
  if (queryClient.isMutating() === 0) {
    work()
    return
  }
  const unsubscribe = queryClient.getMutationCache().subscribe(() => {
    if (queryClient.isMutating() > 0) return
    unsubscribe()
    work()
  })
}
