import type { Locale } from '../locale.ts'

/** Somebody whose address has been confirmed. */
export interface Account {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly locale: Locale
  /** Absent for who signs in by a provider alone. */
  readonly passwordHash?: string
  /** Grows with each change of password or second factor. */
  readonly credentialVersion: number
}

/** Somebody who has said that an address is theirs, and was sent a link there. */
export interface SignUp {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly locale: Locale
  readonly passwordHash: string
  /** Where the pages go on after the confirmation. */
  readonly nextPath?: string
  readonly expiresAt: Date
}
