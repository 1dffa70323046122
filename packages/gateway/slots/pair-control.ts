import { errorCode, errorMessage, isAppError } from '@portolan/errors'
import type { GatewayConfiguration } from '../configuration.ts'
import type { GatewayLogger } from '../log.ts'
import { Turns } from '../turns.ts'
import { type Half, otherHalf } from '../upstreams/half.ts'
import type { PairDeclaration, UpstreamDeclaration } from '../upstreams/upstream-declaration.ts'
import type { UpstreamEvent } from '../upstreams/upstream-event.ts'
import type { SlotPicture } from './slot-picture.ts'

export interface PairControlOptions {
  readonly logger: GatewayLogger
  /** Brings a configuration to everybody who serves. @throws why it was refused; then the old one counts */
  readonly apply: (configuration: GatewayConfiguration) => Promise<void>
  /** A half did not do, and the other one serves: whoever keeps the slots is to know. */
  readonly onRolledBack: (upstream: string, reason: string) => Promise<void>
}

/** A half that was rolled back. */
interface BadHalf {
  /** By half and declaration. */
  readonly key: string
  /** Whoever says which half is active has said the other one since: if it is named once more, that is a new promotion. */
  isAcknowledged: boolean
}

/**
 * What all processes of a gateway are told of pairs: what the configuration says, what slots say since, and which halves
 * were found bad. One process finds that a half is bad; from here all hear of it, those that start later as well.
 */
export class PairControl {
  readonly #options: PairControlOptions
  readonly #turns = new Turns()
  readonly #pictures = new Map<string, SlotPicture>()
  readonly #badHalves = new Map<string, BadHalf>()
  #declared: GatewayConfiguration

  constructor(configuration: GatewayConfiguration, options: PairControlOptions) {
    this.#declared = configuration
    this.#options = options
  }

  /** With all that is known of its pairs. */
  get effective(): GatewayConfiguration {
    const { upstreams = [] } = this.#declared
    return { ...this.#declared, upstreams: upstreams.map((upstream) => this.#fill(upstream)) }
  }

  /** What is known of the slots. */
  get pictures(): ReadonlyMap<string, SlotPicture> {
    return this.#pictures
  }

  /** Before anybody serves. */
  remember(pictures: ReadonlyMap<string, SlotPicture>): void {
    for (const [upstream, picture] of pictures) this.#pictures.set(upstream, picture)
  }

  /** @param apply how this one is brought to everybody; as usual unless given. @throws why it was refused */
  configure(configuration: GatewayConfiguration, apply = this.#options.apply): Promise<void> {
    return this.#turns.take(async () => {
      const before = this.#declared
      this.#declared = configuration
      this.#reviewAll()
      try {
        await apply(this.effective)
      } catch (error) {
        this.#declared = before
        throw error
      }
    })
  }

  /** What the registry says of a pair now. A half that it promotes and that does not work is rolled back. */
  takePicture(upstream: string, picture: SlotPicture): Promise<void> {
    return this.#turns.take(async () => {
      const before = this.#pictures.get(upstream)
      this.#pictures.set(upstream, picture)
      this.#reviewAll()
      try {
        await this.#options.apply(this.effective)
      } catch (error) {
        const reason = refusalOf(error, upstream)
        if (reason === undefined || picture.pair.isOtherWarm !== true) {
          if (before === undefined) this.#pictures.delete(upstream)
          else this.#pictures.set(upstream, before)
          throw error
        }
        await this.#turnBack(upstream, reason)
      }
    })
  }

  /** What a process that serves has told. */
  async takeEvent(event: UpstreamEvent): Promise<void> {
    if (event.type !== 'rolled-back') return
    const { upstream, from, reason } = event
    await this.#turns.take(async () => {
      // Each process may find it; the first one is believed.
      if (this.#activeOf(upstream) === from) await this.#turnBack(upstream, reason)
    })
  }

  async #turnBack(upstream: string, reason: string): Promise<void> {
    const { logger, apply, onRolledBack } = this.#options
    const pair = this.#pairOf(upstream)
    if (pair === undefined || pair.active === null) return
    this.#badHalves.set(upstream, { key: keyOf(pair, pair.active), isAcknowledged: false })
    try {
      await apply(this.effective)
      await onRolledBack(upstream, reason)
    } catch (error) {
      logger.error({ upstream, code: errorCode(error), error: errorMessage(error) }, 'roll-back not told to everybody')
    }
  }

  #activeOf(upstream: string): Half | null | undefined {
    return this.effective.upstreams?.find(({ name }) => name === upstream)?.pair?.active
  }

  /** As it was said, whatever was found of its halves. */
  #pairOf(upstream: string): PairDeclaration | undefined {
    const pair = this.#declared.upstreams?.find(({ name }) => name === upstream)?.pair
    return pair?.slots === undefined ? pair : { ...pair, ...this.#pictures.get(upstream)?.pair }
  }

  #reviewAll(): void {
    for (const [upstream, bad] of this.#badHalves) {
      const { active = null, ...halves } = this.#pairOf(upstream) ?? {}
      const isNamed = active !== null && keyOf(halves, active) === bad.key
      if (!isNamed) bad.isAcknowledged = true
      else if (bad.isAcknowledged) this.#badHalves.delete(upstream)
    }
  }

  #fill(upstream: UpstreamDeclaration): UpstreamDeclaration {
    const { name, pair } = upstream
    if (pair === undefined) return upstream
    const told = this.#pairOf(name) ?? pair
    const bad = this.#badHalves.get(name)
    return { ...upstream, pair: bad === undefined ? told : without(told, bad.key) }
  }
}

/** Neither active, if the other half is there, nor a way back. */
function without(pair: PairDeclaration, bad: string): PairDeclaration {
  const { active, graceUntil: _, ...rest } = pair
  if (active === null) return pair
  const other = otherHalf(active)
  const isBad = (half: Half): boolean => keyOf(pair, half) === bad
  if (isBad(active)) return pair[other] === undefined ? pair : { ...rest, active: other, isOtherWarm: false }
  return isBad(other) ? { ...pair, isOtherWarm: false } : pair
}

function keyOf(halves: Pick<PairDeclaration, Half>, half: Half): string {
  return JSON.stringify([half, halves[half]])
}

/** Why a half was not promoted. */
function refusalOf(error: unknown, upstream: string): string | undefined {
  if (!isAppError(error) || error.code !== 'GATEWAY_PROMOTE_REFUSED') return undefined
  const { details } = error
  return details.upstream === upstream && typeof details.reason === 'string' ? details.reason : undefined
}
