import type { ColumnType, Generated, Kysely, Transaction } from 'kysely'

/** The tables as migrations/ makes them. bigint comes as text, int4range is read by its ends. */
export interface RegistrySchema {
  registry_hosts: {
    id: Generated<number>
    name: string
    addresses: readonly string[]
    ephemeral_ports: string | null
    revision: ColumnType<string, never, never>
    created_at: Date
  }
  registry_bands: { environment: string; kind: string; ports: string }
  registry_claims: {
    id: ColumnType<string, never, never>
    host_id: number
    protocol: string
    ports: string
    shape: string
    project: string
    environment: string
    kind: string
    purpose: string
    labels: Readonly<Record<string, string>>
    token: string
    created_at: Date
    created_by: string
    lease_until: Date | null
    released_at: Date | null
    quarantine_until: Date | null
    revision: string
  }
  registry_slots: {
    claim_id: string
    half: string
    state: string
    version: string | null
    deployed_at: Date | null
    deployed_by: string | null
    since: Date
    changed_by: string
    grace_until: Date | null
  }
  registry_events: {
    id: ColumnType<string, never, never>
    at: Date
    type: string
    host_id: number | null
    claim_id: string | null
    token: string | null
    actor: string
    reason: string | null
    details: unknown
  }
  registry_answers: {
    project: string
    key: string
    body_hash: string
    claim_id: string
    token: string
    lease_until: Date | null
    released_at: Date | null
    quarantine_until: Date | null
    slots: unknown
    was_changed: boolean
    created_at: Date
  }
}

export type RegistryDatabase = Kysely<RegistrySchema>
export type RegistryTransaction = Transaction<RegistrySchema>
