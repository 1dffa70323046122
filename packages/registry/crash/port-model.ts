import { unreachable } from '@portolan/errors'

/** A pair of ports, as one object that somebody may hold. */
export type PortState = { readonly claimId: number; readonly token: number } | 'free'

export type PortAction =
  | { readonly type: 'acquire'; readonly claimId: number; readonly token: number }
  /** The one who asked again was given what he had, or `final`: the table at the end says it. */
  | { readonly type: 'see-held'; readonly claimId: number; readonly token: number }
  | { readonly type: 'take-over'; readonly claimId: number; readonly token: number }
  | { readonly type: 'release'; readonly claimId: number }
  /** An answer that is right only when the claim does not hold the port any more. */
  | { readonly type: 'see-released'; readonly claimId: number }
  /** A token was refused as stale, so a higher one had been given out. */
  | { readonly type: 'see-newer'; readonly claimId: number; readonly token: number }
  | { readonly type: 'see-free' }

/** One holder at a time, and tokens that only grow, from one holder to the next too. */
export interface PortObject {
  readonly held: PortState
  readonly highestToken: number
}

export const FREE_PORT: PortObject = Object.freeze({ held: 'free', highestToken: 0 })

/** What an action makes of the object; undefined when it cannot happen now. */
export function nextPort(port: PortObject, action: PortAction): PortObject | undefined {
  const { held, highestToken } = port
  const isHeldByIt = held !== 'free' && 'claimId' in action && held.claimId === action.claimId
  switch (action.type) {
    case 'acquire':
      return held === 'free' && action.token > highestToken ? holding(action) : undefined
    case 'take-over':
      return isHeldByIt && action.token > highestToken ? holding(action) : undefined
    case 'release':
      return isHeldByIt ? { held: 'free', highestToken } : undefined
    case 'see-held':
      return isHeldByIt && held.token === action.token ? port : undefined
    case 'see-newer':
      return (isHeldByIt ? held.token : highestToken) > action.token ? port : undefined
    case 'see-released':
      return isHeldByIt ? undefined : port
    case 'see-free':
      return held === 'free' ? port : undefined
    default:
      return unreachable(action)
  }
}

function holding({ claimId, token }: { readonly claimId: number; readonly token: number }): PortObject {
  return { held: { claimId, token }, highestToken: token }
}
