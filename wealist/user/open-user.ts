import { type Bus, openBus } from '@portolan/bus'
import type { Waiting } from '@portolan/errors'
import { type Clock, MEMBERSHIP_CHANNEL, ServiceTokens, SYSTEM_CLOCK } from '@portolan/identity'
import { AvatarMaker, openObjectStore } from '@portolan/objects'
import { migrate, openPool, type Pool } from '@portolan/postgres'
import type { App, Logger } from '@portolan/service'
import { sql } from 'kysely'
import { finishRemovals } from './account/account-removal.ts'
import { createUserApp } from './app.ts'
import { AuthClient } from './auth-client.ts'
import { sweepObjects } from './avatars/avatar-changes.ts'
import { deleteExpiredUploads } from './avatars/avatar-repository.ts'
import { EventHub } from './events/event-hub.ts'
import { MembershipNews } from './members/membership-news.ts'
import { USER_MIGRATIONS } from './migrations.ts'
import { storeOf } from './store.ts'
import { type Chore, Upkeep } from './upkeep.ts'
import { openUserIdentity, type UserIdentity } from './user-identity.ts'
import type { UserParts } from './user-parts.ts'
import type { UserSchema } from './user-schema.ts'

const STATEMENT_TIMEOUT_MS = 5_000
const NEWS_EVERY_MS = 1_000

export interface UserOptions {
  readonly name: string
  readonly publicOrigin: string
  readonly databaseUrl: string
  readonly busUrl: string
  readonly objectsUrl: string
  readonly authUrl: string
  readonly serviceKey: string
  readonly logger: Logger
  readonly clock?: Clock
  /** How often what was left undone is done: objects that nobody needs, accounts that auth could not remove. */
  readonly sweepEveryMs?: number
}

const DEFAULTS = { clock: SYSTEM_CLOCK, sweepEveryMs: 60_000 } as const satisfies Partial<UserOptions>

/** Everything but the port. Close the app before disposing. */
export interface OpenedUser extends AsyncDisposable {
  readonly app: App
}

/** @throws what the database, the bus and the object store throw when they do not answer */
export async function openUser(options: UserOptions, { signal }: Waiting): Promise<OpenedUser> {
  const { name, logger, clock, sweepEveryMs } = { ...DEFAULTS, ...options }
  await using releasers = new AsyncDisposableStack()
  const pool = releasers.use(await openDatabase(options, { signal }))
  const bus = releasers.use(await openBus(options.busUrl, { logger }, { signal }))
  const objects = releasers.use(
    await openObjectStore(
      options.objectsUrl,
      { publicOrigin: options.publicOrigin, now: () => clock.now() },
      { signal },
    ),
  )
  const serviceTokens = new ServiceTokens({ service: name, serviceKey: options.serviceKey, clock })
  const auth = new AuthClient({ authUrl: options.authUrl, serviceToken: () => serviceTokens.issue('auth') })
  const { db } = pool
  const closing = new AbortController()
  const store = storeOf(pool, closing)
  const identity = await openUserIdentity({ ...options, auth, serviceTokens, db, bus, clock }, { signal })
  releasers.use(identity.endedSessions)
  const news = new MembershipNews({ db, bus, logger })
  const hub = new EventHub({ db, logger })
  await connectHub(hub, { bus, identity }, { signal, releasers })
  const { counters } = bus
  const { publicOrigin } = identity
  const avatarMaker = new AvatarMaker()
  const parts: UserParts = { publicOrigin, store, counters, clock, logger, auth, objects, avatarMaker, news, hub }
  const app = await createUserApp({ name, parts, identity, ready: readiness(pool, identity) })
  releasers.use(new Upkeep(choresOf(parts, { sweepEveryMs }), { logger }))
  releasers.defer(() => closing.abort())
  const held = releasers.move()
  return { app, [Symbol.asyncDispose]: () => held.disposeAsync() }
}

async function openDatabase(
  { databaseUrl, name, logger }: UserOptions,
  { signal }: Waiting,
): Promise<Pool<UserSchema>> {
  await using releasers = new AsyncDisposableStack()
  const onConnectionLost = (error: Error) => logger.warn({ err: error }, 'a database connection was lost')
  const settings = { applicationName: name, statementTimeoutMs: STATEMENT_TIMEOUT_MS, onConnectionLost }
  const pool = releasers.use(await openPool<UserSchema>(databaseUrl, settings, { signal }))
  await migrate(pool, USER_MIGRATIONS, { signal })
  releasers.move() // from here the caller owns the pool
  return pool
}

async function connectHub(
  hub: EventHub,
  { bus, identity }: { readonly bus: Bus; readonly identity: UserIdentity },
  { signal, releasers }: Waiting & { readonly releasers: AsyncDisposableStack },
): Promise<void> {
  const onGap = () => hub.catchUp()
  releasers.use(await bus.subscribe(MEMBERSHIP_CHANNEL, (message) => hub.hear(message), { onGap, signal }))
  const deaf = new AbortController()
  releasers.defer(() => deaf.abort())
  identity.endedSessions.onEnded((sessionId) => hub.end(sessionId), deaf)
}

function readiness(pool: Pool<UserSchema>, { endedSessions }: UserIdentity) {
  return {
    database: () => sql`select 1`.execute(pool.db),
    sessions: async () => endedSessions.checkKnown(),
  }
}

function choresOf(parts: UserParts, { sweepEveryMs: everyMs }: { readonly sweepEveryMs: number }): readonly Chore[] {
  const { store, clock, news } = parts
  return [
    { name: 'announce memberships', everyMs: NEWS_EVERY_MS, work: () => news.announce() },
    { name: 'remove accounts', everyMs, work: (waiting) => finishRemovals(parts, waiting) },
    { name: 'forget uploads', everyMs, work: () => deleteExpiredUploads(store.db, clock.now()) },
    { name: 'delete objects', everyMs, work: (waiting) => sweepObjects(parts, waiting) },
  ]
}
