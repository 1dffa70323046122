import type { RefreshFamily } from '@portolan/identity'

/** One signed-in device; its id is the refresh family's. */
export interface Session {
  readonly id: string
  /** What its owner knows it by: `Chrome, Windows`. */
  readonly device: string
  readonly address: string
  readonly createdAt: Date
  readonly lastUsedAt: Date
}

/** A session as it is held by a transaction that moves it. */
export interface HeldSession {
  readonly userId: string
  readonly family: RefreshFamily
}

/** Who was signed out where. */
export interface SessionEnd {
  readonly sessionId: string
  readonly userId: string
}
