import type { Waiting } from '@portolan/errors'
import type { Role } from './caller.ts'

/** What is known of a key; its secret is known to its holder alone. */
export interface ApiKey {
  readonly id: string
  readonly name: string
  readonly role: Role
  readonly projects: readonly string[]
  readonly createdAt: Date
  readonly createdBy: string
  readonly expiresAt: Date | undefined
  readonly lastUsedAt: Date | undefined
  readonly revokedAt: Date | undefined
}

export type ApiKeyDraft = Pick<ApiKey, 'name' | 'role' | 'projects' | 'createdBy' | 'expiresAt'>

/** Where keys are kept, by whoever serves the registry. */
export interface KeyBook {
  /** @returns the key, and the text that its holder shows: told this once */
  create(draft: ApiKeyDraft, waiting: Waiting): Promise<{ readonly key: ApiKey; readonly secret: string }>
  /** All of them, the oldest first. */
  list(waiting: Waiting): Promise<readonly ApiKey[]>
  /** Idempotent. @returns undefined when there is no such key */
  revoke(id: string, waiting: Waiting): Promise<ApiKey | undefined>
}
