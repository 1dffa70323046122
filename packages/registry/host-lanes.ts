import type { Pool } from '@portolan/postgres'
import { registryClosed } from './errors.ts'
import { HostLane, type LaneOptions } from './host-lane.ts'
import type { RegistrySchema } from './registry-schema.ts'

/** A picture of a full host takes some 30 MB, an ordinary one much less. */
const LANE_LIMIT = 100

/** One lane for each host that was asked for; those that nobody has asked for longest are dropped. */
export class HostLanes {
  readonly #pool: Pool<RegistrySchema>
  readonly #options: LaneOptions
  /** In the order of their last use. */
  readonly #lanesByHost = new Map<string, HostLane>()
  #isOpen = true

  constructor(pool: Pool<RegistrySchema>, options: LaneOptions) {
    this.#pool = pool
    this.#options = options
  }

  /** @throws REGISTRY_CLOSED */
  laneOf(host: string): HostLane {
    if (!this.#isOpen) throw registryClosed()
    const known = this.#lanesByHost.get(host)
    const lane = known ?? new HostLane(host, this.#pool, this.#options)
    if (known === undefined) this.#dropUnused()
    else this.#lanesByHost.delete(host)
    this.#lanesByHost.set(host, lane)
    return lane
  }

  findLaneOfClaim(claimId: number): HostLane | undefined {
    if (!this.#isOpen) throw registryClosed()
    for (const lane of this.#lanesByHost.values()) if (lane.hasClaim(claimId)) return lane
    return undefined
  }

  /** Ends when everything that was asked is answered. */
  async close(): Promise<void> {
    this.#isOpen = false
    await Promise.all([...this.#lanesByHost.values()].map((lane) => lane.close()))
  }

  #dropUnused(): void {
    for (const [host, lane] of this.#lanesByHost) {
      if (this.#lanesByHost.size < LANE_LIMIT) return
      if (lane.isIdle) this.#lanesByHost.delete(host)
    }
  }
}
