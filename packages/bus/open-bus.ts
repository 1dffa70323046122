import type { Waiting } from '@portolan/errors'
import type { Bus, BusLogger } from './bus.ts'
import { urlInvalid } from './errors.ts'
import { preparePostgres } from './postgres-session.ts'
import { prepareRedis } from './redis-session.ts'
import type { OpenSession } from './session.ts'
import { StoreBus, type StoreBusSettings } from './store-bus.ts'

export interface BusOptions {
  /** Gets what nobody waits for: lost and restored connections, handlers that failed, messages that were lost. */
  readonly logger: BusLogger
  /** The longest that any call takes, connection or not; 5 seconds unless said otherwise. */
  readonly callTimeoutMs?: number
  /** Between two looks whether the store still answers; 5 seconds. A silent loss is noticed within both times. */
  readonly heartbeatMs?: number
  /** How many messages may wait to be sent, and half of the calls that may wait for an answer; 1,000. */
  readonly queueLimit?: number
  /** How many messages may wait for one subscriber before they become a gap; 1,000 (and never above 16 MiB). */
  readonly mailboxLimit?: number
}

const DEFAULTS = {
  callTimeoutMs: 5_000,
  heartbeatMs: 5_000,
  queueLimit: 1_000,
  mailboxLimit: 1_000,
} as const satisfies Partial<BusOptions>

/**
 * Opens the bus of a stack by the scheme of its URL: `postgres://` (all services name the same database; it migrates
 * what it needs) or `redis://…/<database number>` (`rediss://` for TLS).
 * @throws BUS_URL_INVALID, BUS_UNREACHABLE, and POSTGRES_MIGRATION_*, POSTGRES_LOCK_TIMEOUT
 */
export async function openBus(url: string, options: BusOptions, { signal }: Waiting): Promise<Bus> {
  signal.throwIfAborted()
  const settings: StoreBusSettings = Object.freeze({ ...DEFAULTS, ...options })
  const open = await prepareStore(url, settings, { signal })
  const bus = new StoreBus(settings)
  await bus.start(open, { signal })
  return bus
}

async function prepareStore(url: string, settings: StoreBusSettings, { signal }: Waiting): Promise<OpenSession> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase()
  switch (scheme) {
    case 'postgres':
    case 'postgresql':
      return preparePostgres(url, settings, { signal })
    case 'redis':
    case 'rediss':
      return prepareRedis(url, settings)
    case undefined:
      throw urlInvalid('it has no scheme')
    default:
      throw urlInvalid(`its scheme is "${scheme}"`)
  }
}
