import type { Waiting } from '@portolan/errors'
import type { Observer } from '@portolan/observe'
import type { Band } from './band.ts'
import type { BlockedPorts } from './blocked-ports.ts'
import type { Registry } from './registry.ts'

export interface RegistryOptions {
  readonly databaseUrl: string
  /** Who looks at a host; each of them has to answer before something is allocated there. Nobody unless said. */
  readonly observersOf?: (host: { readonly name: string }) => readonly Observer[]
  /** The bands of a registry that has none yet; CodeB's unless said otherwise. */
  readonly bands?: readonly Band[]
  /** Ports that are never allocated, beside those that browsers refuse, that are well known, or ephemeral. */
  readonly blocked?: readonly BlockedPorts[]
  /** How long released ports are kept for their last project alone; 10 minutes unless said otherwise. */
  readonly quarantineMs?: number
  /**
   * How many live claims one project may have on one host; any number unless said. A plan is not held to it: that is how
   * whoever runs the registry enters what is there already.
   */
  readonly claimsPerProject?: number
  /** How long an idempotency key is remembered; 24 hours unless said otherwise. */
  readonly answerTtlMs?: number
  /** The oldest look at a host that still serves; 1 second unless said otherwise. */
  readonly viewMaxAgeMs?: number
  /** How long an observer may take before the host is unknown; 10 seconds unless said otherwise. */
  readonly observerTimeoutMs?: number
  /** The most requests about one host that are written together. */
  readonly batchLimit?: number
  /** Connections to the database. A host needs one at a time. */
  readonly poolSizeLimit?: number
  readonly now?: () => Date
}

/**
 * Opens the registry in a database, and brings its tables there first when they are missing.
 * @throws REGISTRY_STORE_UNAVAILABLE, REGISTRY_BANDS_INVALID; POSTGRES_MIGRATION_* and POSTGRES_URL_INVALID
 */
export async function openRegistry(options: RegistryOptions, { signal }: Waiting): Promise<Registry> {
  // Loaded when it is needed: many read the words of this package and open no database.
  const { openFromDatabase } = await import('./open-from-database.ts')
  return openFromDatabase(options, { signal })
}
