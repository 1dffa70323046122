import type { Caller } from '@portolan/identity'

export type SessionCaller = Exclude<Caller, { by: 'personal-token' }>

/** Who asks a route with `access: 'session'`. */
export function sessionCallerOf({ caller }: { readonly caller: Caller }): SessionCaller {
  if (caller.by === 'personal-token') throw new TypeError("Only a route with `access: 'session'` has a session.")
  return caller
}
