import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Waiting } from '@portolan/errors'
import { type Pool, withTransaction } from '@portolan/postgres'
import { listAnswers } from './answer-repository.ts'
import { type DecidedBatch, decideBatch } from './batch.ts'
import type { BlockedPorts } from './blocked-ports.ts'
import type { ReleasedClaim } from './claim.ts'
import { listChanged, listOccupying, listReleased } from './claim-repository.ts'
import { hostMissing, registryClosed } from './errors.ts'
import { HostPicture } from './host-picture.ts'
import { findHostState, findRevision, lockHost } from './host-repository.ts'
import type { Operation } from './operation.ts'
import { Pending, type Request } from './pending.ts'
import type { RegistryDatabase, RegistrySchema, RegistryTransaction } from './registry-schema.ts'
import { explainStoreFailure, isConstraintViolation } from './store-failure.ts'
import { type Written, writeBatch } from './write-repository.ts'

export interface LaneOptions {
  readonly now: () => Date
  /** The most requests that are written together. */
  readonly batchLimit: number
  /** How long an idempotency key is remembered. */
  readonly answerTtlMs: number
  /** The block-list. */
  readonly blocked: readonly BlockedPorts[]
  /** How many live claims one project may have on a host. */
  readonly claimsPerProject: number
  /** The end of the registry: nothing is tried again after it. */
  readonly signal: AbortSignal
}

/** For a transaction that holds the host's row: the server ends it when this process is silent for that long. */
const IDLE_LIMIT_MS = 5_000

/**
 * All work of this process on one host, in batches: while one is written, the next one gathers (group commit). Each
 * request is answered only after its batch is durable.
 *
 * A batch is decided by the picture and written by one call, which does nothing when the host has moved on since. Then,
 * and when there is no picture, it queues for the host's row, reads what changed, and decides again.
 */
export class HostLane {
  readonly #name: string
  readonly #pool: Pool<RegistrySchema>
  readonly #options: LaneOptions
  readonly #queue: Request[] = []
  #picture: HostPicture | undefined
  /** Another process has just written to this host: guessing would mostly be in vain. */
  #isContended = false
  #running: Promise<void> | undefined
  #isOpen = true

  constructor(name: string, pool: Pool<RegistrySchema>, options: LaneOptions) {
    this.#name = name
    this.#pool = pool
    this.#options = options
  }

  async submit<Result>(operation: Operation<Result>, { signal }: Waiting): Promise<Result> {
    signal.throwIfAborted()
    if (!this.#isOpen) throw registryClosed()
    const pending = new Pending(operation)
    this.#queue.push(pending)
    this.#running ??= this.#run()
    return pending.wait(signal)
  }

  /** Whether this process believes that the claim holds ports of this host. */
  hasClaim(claimId: number): boolean {
    return this.#picture?.find(claimId) !== undefined
  }

  /** True when nothing waits, so that the lane and its picture may be dropped. */
  get isIdle(): boolean {
    return this.#running === undefined
  }

  /** Takes no new work and ends when all of the old is answered. */
  async close(): Promise<void> {
    this.#isOpen = false
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      // Whoever asks in this turn of the event loop comes along.
      await nextTurn()
      const batch = this.#queue.splice(0, this.#options.batchLimit)
      await this.#commit(batch.filter(({ isAbandoned }) => !isAbandoned))
    }
    this.#running = undefined
  }

  async #commit(batch: readonly Request[]): Promise<void> {
    if (batch.length === 0) return
    try {
      if (!(await this.#commitByPicture(batch))) await this.#commitUnderLock(batch)
    } catch (error) {
      if (isConstraintViolation(error)) for (const request of batch) await this.#commitAlone(request)
      else for (const request of batch) request.reject(error)
    }
  }

  /** By what the database says, without a picture; and one request that it refuses does not take others along. */
  async #commitAlone(request: Request): Promise<void> {
    try {
      await this.#commitUnderLock([request])
    } catch (error) {
      request.reject(error)
    }
  }

  /** @returns false when nothing was done: there is no picture, or it is out of date */
  async #commitByPicture(batch: readonly Request[]): Promise<boolean> {
    const picture = this.#picture
    if (picture === undefined || this.#isContended) return false
    if (batch.some((request) => isStranger(picture, request))) return false
    const decided = await this.#decide(this.#pool.db, { batch, picture, releasedById: new Map() })
    try {
      const written = await write(this.#pool.db, decided, this.#options)
      this.#isContended = written === undefined
      if (written !== undefined) return this.#settle(decided, written)
    } catch (error) {
      // Another process has used a key, or somebody has written past the registry: look again, under the lock.
      if (!isConstraintViolation(error)) throw explainStoreFailure(error, 'writing')
    } finally {
      decided.ground.undo()
    }
    return false
  }

  async #commitUnderLock(batch: readonly Request[]): Promise<void> {
    const attempt: Attempt = { phase: 'reading', decided: undefined }
    const work = async (tx: RegistryTransaction): Promise<Written | undefined> => {
      attempt.decided?.ground.undo()
      attempt.phase = 'reading'
      const picture = await this.#lock(tx)
      attempt.decided = await this.#decide(tx, { batch, picture, releasedById: await strangers(tx, picture, batch) })
      attempt.phase = 'writing'
      return write(tx, attempt.decided, this.#options)
    }
    try {
      const written = await withTransaction(this.#pool, work, { signal: this.#options.signal })
      if (attempt.decided === undefined || written === undefined) throw new Error('A host has moved on under its lock.')
      this.#settle(attempt.decided, written)
    } catch (error) {
      this.#picture = undefined // whatever it was: the next batch begins from what the database says
      throw explainStoreFailure(error, attempt.phase)
    }
  }

  async #decide(db: RegistryDatabase, { batch, ...facts }: ToDecide): Promise<DecidedBatch> {
    const now = this.#options.now()
    const keys = batch.map(({ idempotencyKey }) => idempotencyKey).filter((key) => key !== undefined)
    try {
      const answers = keys.length === 0 ? [] : await listAnswers(db, keys, answersSince(now, this.#options))
      return decideBatch(batch, { ...facts, now, answers, claimsPerProject: this.#options.claimsPerProject })
    } catch (error) {
      throw explainStoreFailure(error, 'reading')
    }
  }

  /** What is written becomes the picture, and the answers are given. */
  #settle({ ground, settlements, keptAnswers, postponed }: DecidedBatch, written: Written): true {
    const { picture } = ground
    for (const { after } of ground.changes) {
      if (after.id < 0) picture.forget(after)
      picture.put(written(after))
    }
    if (ground.changes.length > 0 || keptAnswers.length > 0) picture.revision += 1
    ground.keep()
    this.#queue.unshift(...postponed)
    for (const settle of settlements) settle(written)
    return true
  }

  /** Queues for the host's row, and brings the picture to what it says: what changed since, or all anew. */
  async #lock(tx: RegistryTransaction): Promise<HostPicture> {
    const revision = await lockHost(tx, this.#name, { idleLimitMs: IDLE_LIMIT_MS })
    const known = this.#picture
    this.#isContended = known !== undefined && known.revision !== revision
    if (known !== undefined && known.revision === revision) return known
    const state = await findHostState(tx, this.#name)
    if (state === undefined) throw hostMissing(this.#name)
    const isKnownGround = known !== undefined && known.revision < state.revision && known.isSameGround(state)
    const picture = isKnownGround ? known : new HostPicture(state, this.#options.blocked)
    const claims = isKnownGround
      ? await listChanged(tx, state.hostId, known.revision)
      : await listOccupying(tx, state.hostId, this.#options.now())
    for (const claim of claims) picture.put(claim)
    picture.revision = state.revision
    this.#picture = picture
    return picture
  }
}

interface Attempt {
  phase: 'reading' | 'writing'
  decided: DecidedBatch | undefined
}

interface ToDecide {
  readonly batch: readonly Request[]
  readonly picture: HostPicture
  readonly releasedById: ReadonlyMap<number, ReleasedClaim>
}

/** @returns undefined, with nothing done, when the host has moved on since the batch was decided */
async function write(db: RegistryDatabase, decided: DecidedBatch, options: LaneOptions): Promise<Written | undefined> {
  const { ground, keptAnswers: answers } = decided
  const { picture, changes, now: at } = ground
  const { hostId, revision } = picture
  if (changes.length === 0 && answers.length === 0) {
    return (await findRevision(db, hostId)) === revision ? (claim) => claim : undefined
  }
  return writeBatch(db, { hostId, revision, changes, answers, at, answersSince: answersSince(at, options) })
}

function answersSince(now: Date, { answerTtlMs }: LaneOptions): Date {
  return new Date(now.getTime() - answerTtlMs)
}

/** True for a request about a claim that the picture does not have: it is released, or of another host, or none. */
function isStranger(picture: HostPicture, { claimId }: Request): boolean {
  return claimId !== undefined && picture.find(claimId) === undefined
}

async function strangers(
  tx: RegistryTransaction,
  picture: HostPicture,
  batch: readonly Request[],
): Promise<ReadonlyMap<number, ReleasedClaim>> {
  const claimIds = batch
    .filter((request) => isStranger(picture, request))
    .map(({ claimId }) => claimId)
    .filter((claimId) => claimId !== undefined)
  const claims = claimIds.length === 0 ? [] : await listReleased(tx, claimIds)
  return new Map(claims.map((claim) => [claim.id, claim]))
}
