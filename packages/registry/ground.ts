import type { PortRange, Transport } from '@portolan/ports'
import type { Claim, Identity, LiveClaim, ReleasedClaim } from './claim.ts'
import { claimMissing, quotaReached } from './errors.ts'
import type { HostPicture } from './host-picture.ts'
import type { Change } from './operation.ts'

/** Says that an operation has to wait for the next batch: what it is about changes in this one. */
export class Later extends Error {}

interface GroundFacts {
  readonly picture: HostPicture
  readonly now: Date
  /** Claims that operations of this batch name and that are not live. */
  readonly releasedById: ReadonlyMap<number, ReleasedClaim>
  /** How many live claims one project may have on the host; any number unless said. */
  readonly claimsPerProject?: number
}

/**
 * What the operations of one batch decide by: the picture, with the changes of the batch entered as they are decided.
 * A claim changes at most once in a batch, so nobody sees one that has no number or no token yet.
 */
export class Ground {
  readonly picture: HostPicture
  readonly now: Date
  readonly #releasedById: ReadonlyMap<number, ReleasedClaim>
  readonly #claimsPerProject: number
  readonly #changes: Change[] = []
  readonly #touched = new Set<Claim>()

  constructor({ picture, now, releasedById, claimsPerProject = Infinity }: GroundFacts) {
    this.picture = picture
    this.now = now
    this.#releasedById = releasedById
    this.#claimsPerProject = claimsPerProject
    picture.endQuarantines(now)
  }

  get changes(): readonly Change[] {
    return this.#changes
  }

  /** @throws REGISTRY_CLAIM_MISSING */
  getClaim(claimId: number): Claim {
    const claim = this.picture.find(claimId) ?? this.#releasedById.get(claimId) ?? this.#findReleasedHere(claimId)
    if (claim === undefined) throw claimMissing(claimId)
    return this.settled(claim)
  }

  findByIdentity(identity: Identity): LiveClaim | undefined {
    const claim = this.picture.findByIdentity(identity)
    return claim === undefined ? undefined : this.settled(claim)
  }

  findHolder({ first, last }: PortRange, transport: Transport): LiveClaim | undefined {
    for (let port = first; port <= last; port += 1) {
      const claim = this.picture.findHolder(port, transport)
      if (claim !== undefined) return this.settled(claim)
    }
    return undefined
  }

  /** @throws REGISTRY_QUOTA_REACHED when the project has as many claims here as one may have */
  requireRoomFor(project: string): void {
    const limit = this.#claimsPerProject
    if (this.picture.countClaims(project) >= limit) throw quotaReached(project, { host: this.picture.host.name, limit })
  }

  /** The same claim, unless it changes in this batch: then the asker waits for the next one. */
  settled<Kind extends Claim>(claim: Kind): Kind {
    if (this.#touched.has(claim)) throw new Later()
    return claim
  }

  /** A number for a claim that the database has not numbered yet. */
  get provisionalId(): number {
    return -1 - this.#changes.length
  }

  enter(changes: readonly Change[]): void {
    for (const change of changes) {
      this.#changes.push(change)
      this.#touched.add(change.after)
      this.picture.put(change.after)
    }
  }

  /** Takes everything back that was entered, last first: it was not written. */
  undo(): void {
    for (const { before, after } of this.#changes.toReversed()) {
      if (before === undefined) this.picture.forget(after)
      else this.picture.put(before)
    }
    this.#changes.length = 0
    this.#touched.clear()
  }

  /** The changes are written: there is nothing to undo any more. */
  keep(): void {
    this.#changes.length = 0
    this.#touched.clear()
  }

  #findReleasedHere(claimId: number): Claim | undefined {
    return this.#changes.find(({ after }) => after.id === claimId)?.after
  }
}
