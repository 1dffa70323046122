import { SCOPES, type Scope } from './scope.ts'

/** Who asks, and how that is known. */
export type Caller =
  | {
      /** A signed-in person: in a browser by cookie, or an API client with an access token. */
      readonly by: 'cookie' | 'bearer'
      readonly userId: string
      readonly sessionId: string
      readonly scopes: readonly Scope[]
      /** When the access token expires; a socket that stays open longer is held by `EndedSessions.onEnded`. */
      readonly expiresAt: Date
    }
  | {
      readonly by: 'personal-token'
      readonly userId: string
      readonly tokenId: string
      readonly scopes: readonly Scope[]
    }

/** A person may do all that a token could be allowed. */
export const SESSION_SCOPES: readonly Scope[] = SCOPES
