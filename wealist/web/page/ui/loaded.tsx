import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { PageLoading } from './page-loading.tsx'
import { ProblemState } from './problem-state.tsx'

interface LoadedProps<Data> {
  readonly query: UseQueryResult<Data>
  readonly children: (data: Data) => ReactNode
}

/** What was asked for, once it is there; until then that it is on its way, or why it is not. */
export function Loaded<Data>({ query, children }: LoadedProps<Data>) {
  const { data, error, refetch } = query
  if (data !== undefined) return children(data)
  if (error !== null) return <ProblemState error={error} onRetry={() => void refetch()} />
  return <PageLoading isWithinPage />
}
