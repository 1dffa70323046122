import type { Scope } from '@portolan/identity'

/** A personal access token as its owner sees it; the text is shown once, when it is made. */
export interface PersonalToken {
  readonly id: string
  readonly name: string
  /** The last four characters. */
  readonly hint: string
  readonly scopes: readonly Scope[]
  readonly createdAt: Date
  /** Absent for one that does not expire. */
  readonly expiresAt?: Date
  readonly lastUsedAt?: Date
}

export const PERSONAL_TOKEN_LIMIT = 50
