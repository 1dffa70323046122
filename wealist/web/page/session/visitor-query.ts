import { queryOptions } from '@tanstack/react-query'
import { isSignedOut, request } from '../api/request.ts'
import { hasSessionHint, setSessionHint } from './session-hint.ts'

/** Who reads a page that is for everybody; null for somebody who is not signed in, which is no error there. */
export const visitorQuery = queryOptions({
  queryKey: ['visitor'],
  queryFn: async ({ signal }) => {
    if (!hasSessionHint()) return null
    try {
      return await request('GET /api/auth/me', { signal })
    } catch (error) {
      if (!isSignedOut(error)) throw error
      setSessionHint(false)
      return null
    }
  },
})
