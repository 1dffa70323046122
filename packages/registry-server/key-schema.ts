import type { Kysely } from 'kysely'

/** The table as migrations/ makes it. */
export interface KeySchema {
  registry_keys: {
    id: string
    name: string
    secret_hash: Buffer
    role: string
    projects: readonly string[]
    created_at: Date
    created_by: string
    expires_at: Date | null
    last_used_at: Date | null
    revoked_at: Date | null
  }
}

export type KeyDatabase = Kysely<KeySchema>
