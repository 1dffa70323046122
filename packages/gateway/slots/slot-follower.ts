import { randomUUID } from 'node:crypto'
import { errorCode, errorMessage, type Waiting } from '@portolan/errors'
import type { Door } from '@portolan/operations/remote'
import type { GatewayLogger } from '../log.ts'
import type { SlotsPlace } from '../upstreams/upstream-declaration.ts'
import { findSlots, pictureOf, type SlotPicture } from './slot-picture.ts'

export interface SlotFollowerOptions {
  readonly door: Door
  /** Where a host of the registry is reached: undefined where that is not known. */
  readonly addressOf: (host: string, waiting: Waiting) => Promise<string | undefined>
  readonly logger: GatewayLogger
  /** Told what is new, one after the other. What it rejects is told again. */
  readonly onPicture: (upstream: string, picture: SlotPicture) => Promise<void>
  readonly times?: Partial<FollowTimes>
}

export interface FollowTimes {
  readonly lookMs: number
  /** Between two attempts to reach a registry that is away. */
  readonly awayMs: number
  readonly answerMs: number
}

const TIMES = { lookMs: 500, awayMs: 2_000, answerMs: 10_000 } as const satisfies FollowTimes

const CLOSE_MS = 1_000

/**
 * Looks again and again at the slots of a registry. A look is one question per pair; who deploys keeps what was active
 * for its grace, so that half a second of delay costs nobody a request. When the registry is away, the last known stays.
 */
export class SlotFollower {
  readonly #options: SlotFollowerOptions
  readonly #times: FollowTimes
  readonly #over = new AbortController()
  /** What was told last, as JSON. */
  readonly #told = new Map<string, string>()
  #placesByUpstream: ReadonlyMap<string, SlotsPlace> = new Map()
  #isAway = false
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> | undefined
  #isWanted = false
  #isClosed = false

  constructor(options: SlotFollowerOptions) {
    this.#options = options
    this.#times = { ...TIMES, ...options.times }
  }

  /** Which pairs are looked at from now on. */
  follow(placesByUpstream: ReadonlyMap<string, SlotsPlace>): void {
    this.#placesByUpstream = placesByUpstream
    for (const name of this.#told.keys()) if (!placesByUpstream.has(name)) this.#told.delete(name)
  }

  /** Looks now. Resolves when what was seen has been told. Never rejects. */
  async refresh(): Promise<void> {
    if (this.#isClosed) return
    clearTimeout(this.#timer)
    if (this.#looking !== undefined) {
      this.#isWanted = true // what is being looked at may be older than what is asked for
      await this.#looking
      return
    }
    this.#looking = this.#lookAtAll()
    await this.#looking
    this.#looking = undefined
    if (this.#isClosed) return
    const pauseMs = this.#isWanted ? 0 : this.#isAway ? this.#times.awayMs : this.#times.lookMs
    this.#isWanted = false
    this.#timer = setTimeout(() => void this.refresh(), pauseMs)
  }

  /**
   * Tells the registry that the half before is active again.
   * @throws what the registry refuses with: REGISTRY_TOKEN_STALE where another has taken over, REGISTRY_SLOT_REFUSED
   */
  async rollBack(upstream: string, { claimId, token }: SlotPicture, reason: string): Promise<void> {
    const place = this.#placesByUpstream.get(upstream)
    if (place === undefined) return
    const { project } = place
    const asked = { claimId, project, token, reason: reason.slice(0, 500), actor: 'gateway' }
    const signal = AbortSignal.any([this.#over.signal, AbortSignal.timeout(this.#times.answerMs)])
    await this.#options.door.call('slot_rollback', { ...asked, idempotencyKey: randomUUID() }, { signal })
  }

  /** What is being asked may still be answered: a question that is broken off leaves the registry with a connection. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    const breakingOff = setTimeout(() => this.#over.abort(), CLOSE_MS)
    await this.#looking
    clearTimeout(breakingOff)
    this.#over.abort()
  }

  async #lookAtAll(): Promise<void> {
    const { logger } = this.#options
    try {
      for (const [upstream, place] of this.#placesByUpstream) await this.#look(upstream, place)
      if (this.#isAway) logger.info({}, 'registry reached again')
      this.#isAway = false
    } catch (error) {
      if (this.#over.signal.aborted) return
      const fields = { code: errorCode(error), error: errorMessage(error) }
      if (!this.#isAway) logger.warn(fields, 'registry not reached; its slots count as they were last known')
      this.#isAway = true
    }
  }

  async #look(upstream: string, place: SlotsPlace): Promise<void> {
    const { door, addressOf } = this.#options
    const { project, environment, host } = place
    const signal = AbortSignal.any([this.#over.signal, AbortSignal.timeout(this.#times.answerMs)])
    const asked = { project, environment, limit: 1_000, ...(host === undefined ? {} : { host }) }
    const { slots } = await door.call('slot_list', asked, { signal })
    const answer = findSlots(slots, place)
    if (answer === undefined) return // nobody has deployed it yet
    const address = place.address ?? (await addressOf(answer.host, { signal }))
    if (address !== undefined) await this.#tell(upstream, pictureOf(answer, address))
  }

  async #tell(upstream: string, picture: SlotPicture): Promise<void> {
    const text = JSON.stringify(picture)
    if (this.#told.get(upstream) === text) return
    this.#told.set(upstream, text)
    try {
      await this.#options.onPicture(upstream, picture)
    } catch (error) {
      this.#told.delete(upstream)
      const fields = { upstream, code: errorCode(error), error: errorMessage(error) }
      this.#options.logger.warn(fields, 'slots not followed')
    }
  }
}
