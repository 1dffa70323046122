import { type Bus, openBus } from '@portolan/bus'
import type { Waiting } from '@portolan/errors'
import {
  AccessTokenVerifier,
  type Clock,
  createPasswordHasher,
  type Identity,
  type KeyRotation,
  localKeys,
  openEndedSessions,
  type PasswordHasher,
  parsePublicOrigin,
  ServiceTokens,
  SYSTEM_CLOCK,
} from '@portolan/identity'
import { migrate, openPool, type Pool } from '@portolan/postgres'
import type { App, Logger } from '@portolan/service'
import { sql } from 'kysely'
import { buildApp } from './app.ts'
import { Attempts } from './attempts/attempts.ts'
import type { AuthParts } from './auth-parts.ts'
import type { AuthSchema } from './auth-schema.ts'
import { BackgroundLoop } from './background-loop.ts'
import { sweepExpired } from './housekeeping.ts'
import { KeyRing } from './keys/key-ring.ts'
import type { MailTransport } from './mail/mail.ts'
import { Outbox } from './mail/outbox.ts'
import { AUTH_MIGRATIONS } from './migrations.ts'
import type { Provider } from './oidc/provider.ts'
import { Providers } from './oidc/providers.ts'
import { Secrets } from './secrets.ts'
import { listEndedSessions } from './sessions/session-repository.ts'
import { type Store, storeOf } from './store.ts'
import { findGrant } from './tokens/personal-token-repository.ts'

export interface AuthOptions {
  readonly publicOrigin: string
  readonly databaseUrl: string
  readonly busUrl: string
  readonly serviceKey: string
  /** AUTH_SECRET: seals keys and second factors; at least 32 bytes. */
  readonly secret: string
  readonly transport: MailTransport
  readonly providers: readonly Provider[]
  readonly operators: readonly string[]
  readonly attemptFactor: number
  readonly logger: Logger
  readonly trustedProxies?: readonly string[]
  readonly clock?: Clock
  readonly hasher?: Pick<PasswordHasher, 'hash' | 'verify'>
  readonly keyRotation?: KeyRotation
  readonly lookEveryMs?: number
}

/** Auth with everything that it holds open. */
export interface OpenedAuth extends AsyncDisposable {
  readonly app: App
  readonly keys: KeyRing
  readonly store: Store
}

const KEYS_READ_EVERY_MS = 60_000
const SWEEP_EVERY_MS = 10 * 60_000
const STATEMENT_TIMEOUT_MS = 5_000
/** Somebody waits at the other end: rather a clear refusal soon than an answer late. */
const CALL_TIMEOUT_MS = 2_000

/** @param waiting its signal abandons the opening, and nothing after it: requests under way are to end by themselves */
export async function openAuth(options: AuthOptions, { signal }: Waiting): Promise<OpenedAuth> {
  const { logger, clock = SYSTEM_CLOCK, secret } = options
  const publicOrigin = parsePublicOrigin(options.publicOrigin)
  await using releasers = new AsyncDisposableStack()
  const pool = releasers.use(await openDatabase(options, { signal }))
  const bus = releasers.use(await openBus(options.busUrl, { logger, callTimeoutMs: CALL_TIMEOUT_MS }, { signal }))
  const life = new AbortController()
  releasers.defer(() => life.abort())
  const store = storeOf(pool, life)
  const keys = new KeyRing({ store, clock, secret, ...rotationOf(options) })
  await keys.refresh()
  const loops = { logger, lookEveryMs: options.lookEveryMs ?? 5_000 }
  releasers.use(new BackgroundLoop({ name: 'keys', everyMs: KEYS_READ_EVERY_MS, logger, work: () => keys.refresh() }))
  const sweep = () => sweepExpired(store.db, clock.now())
  releasers.use(new BackgroundLoop({ name: 'sweep', everyMs: SWEEP_EVERY_MS, logger, work: sweep }))
  const outbox = releasers.use(new Outbox({ store, transport: options.transport, publicOrigin, clock, ...loops }))
  const secrets = new Secrets(secret)
  const parts: AuthParts = {
    publicOrigin,
    store,
    bus,
    clock,
    logger,
    keys,
    outbox,
    delivery: options.transport.delivery,
    secrets,
    hasher: options.hasher ?? (await createPasswordHasher()),
    attempts: new Attempts({ counters: bus.counters, secrets, factor: options.attemptFactor }),
    providers: new Providers(options.providers, clock),
    operators: new Set(options.operators),
  }
  const { identity, checkKnown } = await openOwnIdentity({ parts, bus, options, releasers }, { signal })
  const ready = { postgres: () => sql`select 1`.execute(store.db), sessions: async () => checkKnown() }
  const { trustedProxies } = options
  const app = await buildApp({ parts, identity, ready, ...(trustedProxies === undefined ? {} : { trustedProxies }) })
  releasers.defer(() => app.close())
  const owned = releasers.move()
  return { app, keys, store, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function openDatabase({ databaseUrl, logger }: AuthOptions, { signal }: Waiting): Promise<Pool<AuthSchema>> {
  await using releasers = new AsyncDisposableStack()
  const onConnectionLost = (error: Error) => logger.warn({ err: error }, 'a connection to PostgreSQL was lost')
  const limits = { statementTimeoutMs: STATEMENT_TIMEOUT_MS, connectTimeoutMs: CALL_TIMEOUT_MS }
  const poolOptions = { applicationName: 'auth', ...limits, onConnectionLost }
  const pool = releasers.use(await openPool<AuthSchema>(databaseUrl, poolOptions, { signal }))
  await migrate(pool, AUTH_MIGRATIONS, { signal })
  releasers.move()
  return pool
}

interface OwnIdentity {
  readonly parts: AuthParts
  readonly bus: Bus
  readonly options: AuthOptions
  readonly releasers: AsyncDisposableStack
}

/** Auth asks itself where other services ask auth. */
async function openOwnIdentity({ parts, bus, options, releasers }: OwnIdentity, { signal }: Waiting) {
  const { store, clock, publicOrigin, keys } = parts
  const listEnded = () => listEndedSessions(store.db, clock.now())
  const endedSessions = releasers.use(await openEndedSessions({ bus, listEnded, clock }, { signal }))
  const source = localKeys(() => keys.published)
  const identity: Identity = {
    publicOrigin,
    accessTokens: new AccessTokenVerifier({ keys: source, issuer: publicOrigin, endedSessions, clock }),
    personalTokens: { findGrant: (hash) => findGrant(store.db, hash, clock.now()) },
    serviceTokens: new ServiceTokens({ service: 'auth', serviceKey: options.serviceKey, clock }),
  }
  return { identity, checkKnown: () => endedSessions.checkKnown() }
}

function rotationOf({ keyRotation }: AuthOptions) {
  return keyRotation === undefined ? {} : { rotation: keyRotation }
}
