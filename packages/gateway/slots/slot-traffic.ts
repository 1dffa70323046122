import { errorCode, errorMessage } from '@portolan/errors'
import type { GatewayConfiguration } from '../configuration.ts'
import type { GatewayLogger } from '../log.ts'
import type { UpstreamEvent } from '../upstreams/upstream-event.ts'
import { openRegistryDoor, type RegistryAccess } from './open-registry-door.ts'
import { PairControl } from './pair-control.ts'
import { type FollowTimes, SlotFollower } from './slot-follower.ts'
import { SlotMemory } from './slot-memory.ts'

export interface SlotTrafficOptions {
  readonly logger: GatewayLogger
  readonly apply: (configuration: GatewayConfiguration) => Promise<void>
  /** Undefined where none is known: then no slots can be followed. */
  readonly registry: RegistryAccess | undefined
  /** The file of what was last known. */
  readonly memoryPath: string
  readonly times?: Partial<FollowTimes>
}

/** How long the start waits for the registry's first word. */
const FIRST_LOOK_MS = 3_000

/** Brings the slots of a registry to a gateway, and what the gateway finds of them back. */
export class SlotTraffic {
  readonly #options: SlotTrafficOptions
  readonly #control: PairControl
  readonly #memory: SlotMemory
  readonly #addresses = new Map<string, string>()
  #follower: SlotFollower | undefined
  /** Until then nobody serves, and what is seen is only kept. */
  #isServing = false
  #begun: GatewayConfiguration | undefined

  constructor(configuration: GatewayConfiguration, options: SlotTrafficOptions) {
    const { logger, memoryPath } = options
    this.#options = options
    this.#memory = new SlotMemory(memoryPath, logger)
    this.#control = new PairControl(configuration, {
      logger,
      apply: async (next) => {
        if (this.#isServing) await options.apply(next)
      },
      onRolledBack: (upstream, reason) => this.#rollBack(upstream, reason),
    })
  }

  /** What is to be served first: with what the registry says, or what it said last. */
  async begin(): Promise<GatewayConfiguration> {
    const { upstreams = [] } = this.#control.effective
    if (upstreams.some(({ pair }) => pair?.slots !== undefined)) this.#control.remember(await this.#memory.read())
    await this.#follow(this.#control.effective)
    this.#begun = this.#control.effective
    return this.#begun
  }

  /** From now on what changes is brought to whoever serves. */
  async serve(): Promise<void> {
    this.#isServing = true
    const { effective } = this.#control
    if (JSON.stringify(effective) !== JSON.stringify(this.#begun)) await this.#options.apply(effective)
  }

  /** @param apply how it is brought to everybody; as usual unless given. @throws why it was refused */
  async configure(
    configuration: GatewayConfiguration,
    apply?: (configuration: GatewayConfiguration) => Promise<void>,
  ): Promise<void> {
    await this.#control.configure(configuration, apply)
    await this.#follow(configuration)
  }

  /** What a process that serves has told. Never rejects. */
  async takeEvent(event: UpstreamEvent): Promise<void> {
    if (event.type === 'unreached') await this.#follower?.refresh()
    else await this.#control.takeEvent(event)
  }

  async close(): Promise<void> {
    await this.#follower?.close()
  }

  async #follow({ upstreams = [] }: GatewayConfiguration): Promise<void> {
    const places = new Map(
      upstreams.flatMap(({ name, pair }) => (pair?.slots === undefined ? [] : [[name, pair.slots]])),
    )
    if (places.size === 0 && this.#follower === undefined) return
    this.#follower ??= await this.#openFollower()
    this.#follower?.follow(places)
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, FIRST_LOOK_MS)
    await Promise.race([this.#follower?.refresh(), promise])
    clearTimeout(timer)
  }

  async #openFollower(): Promise<SlotFollower | undefined> {
    const { registry, logger, times } = this.#options
    if (registry === undefined) {
      logger.error({}, 'slots not followed: PORTOLAN_REGISTRY and PORTOLAN_REGISTRY_KEY name no registry')
      return undefined
    }
    const { door, addressOf } = await openRegistryDoor(registry)
    return new SlotFollower({
      door,
      logger,
      addressOf: async (host, waiting) => {
        const address = this.#addresses.get(host) ?? (await addressOf(host, waiting))
        if (address !== undefined) this.#addresses.set(host, address)
        else logger.warn({ host }, 'the registry has no address for the host of a pair')
        return address
      },
      onPicture: async (upstream, picture) => {
        await this.#control.takePicture(upstream, picture)
        await this.#memory.write(this.#control.pictures)
      },
      ...(times === undefined ? {} : { times }),
    })
  }

  /** What the registry refuses is said: the gateway has gone back all the same. */
  async #rollBack(upstream: string, reason: string): Promise<void> {
    const picture = this.#control.pictures.get(upstream)
    if (picture === undefined || this.#follower === undefined) return
    const { logger } = this.#options
    try {
      await this.#follower.rollBack(upstream, picture, `the gateway went back: ${reason}`)
      logger.info({ upstream }, 'roll-back noted in the registry')
    } catch (error) {
      const fields = { upstream, code: errorCode(error), error: errorMessage(error) }
      logger.warn(fields, 'roll-back not noted in the registry')
    }
  }
}
