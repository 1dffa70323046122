import { isBrowserRefused, rangeContains, type Transport, wellKnownPort } from '@portolan/ports'
import type { Band } from './band.ts'
import { type BlockedPorts, blockedOn, findBlocked } from './blocked-ports.ts'
import { type Claim, type Identity, identityText, isLive, type LiveClaim, type ReleasedClaim } from './claim.ts'
import type { Host } from './host.ts'
import { PortBitmap } from './port-bitmap.ts'

/** A host as it was at a revision, with the bands of then. */
export interface HostState {
  readonly hostId: number
  readonly revision: number
  readonly host: Host
  readonly bands: readonly Band[]
}

/** Why a port may be out of the question; one bit each, so that a scan of a full band stays short. */
export const MARKS = { held: 1, quarantined: 2, browserRefused: 4, wellKnown: 8, ephemeral: 16, blocked: 32 } as const

interface PortTable {
  readonly marks: Uint8Array
  /** The ports without any mark. */
  readonly unmarked: PortBitmap
  readonly holders: Map<number, LiveClaim>
  readonly quarantines: Map<number, ReleasedClaim>
}

/**
 * Everything that decisions about a host need, in memory. It is true as long as the host's revision in the database is
 * its own, and only then; the database's constraints decide in the end.
 */
export class HostPicture {
  readonly #state: HostState
  readonly #blocked: readonly BlockedPorts[]
  readonly #claimsById = new Map<number, LiveClaim>()
  readonly #claimsByIdentity = new Map<string, LiveClaim>()
  readonly #claimCounts = new Map<string, number>()
  readonly #tables: Readonly<Record<Transport, PortTable>>
  readonly #quarantined = new Map<number, ReleasedClaim>()
  /** By project, how many of its claims are in quarantine. */
  readonly #quarantineCounts = new Map<string, number>()
  /** When the next quarantine ends. */
  #firstEndMs = Infinity
  #revision: number

  /** @param blocked the block-list of the registry */
  constructor(state: HostState, blocked: readonly BlockedPorts[] = []) {
    this.#state = state
    this.#blocked = blockedOn(blocked, state.host)
    this.#revision = state.revision
    this.#tables = { tcp: this.#openTable('tcp'), udp: this.#openTable('udp') }
  }

  get hostId(): number {
    return this.#state.hostId
  }

  get host(): Host {
    return this.#state.host
  }

  get bands(): readonly Band[] {
    return this.#state.bands
  }

  get revision(): number {
    return this.#revision
  }

  set revision(revision: number) {
    this.#revision = revision
  }

  /** True when only claims can have changed between this picture and the state. */
  isSameGround({ hostId, host, bands }: HostState): boolean {
    const known = [this.#state.hostId, this.#state.host, this.#state.bands]
    return JSON.stringify(known) === JSON.stringify([hostId, host, bands])
  }

  /** For each port its {@link MARKS}. A quarantine may be over, and does not bind its own project. */
  marks(transport: Transport): Uint8Array {
    return this.#tables[transport].marks
  }

  /** The same for a search: the ports without any mark. */
  unmarked(transport: Transport): PortBitmap {
    return this.#tables[transport].unmarked
  }

  find(claimId: number): LiveClaim | undefined {
    return this.#claimsById.get(claimId)
  }

  findByIdentity(identity: Identity): LiveClaim | undefined {
    return this.#claimsByIdentity.get(identityText(identity))
  }

  /** How many live claims a project has on the host. */
  countClaims(project: string): number {
    return this.#claimCounts.get(project) ?? 0
  }

  findHolder(port: number, transport: Transport): LiveClaim | undefined {
    return this.#tables[transport].holders.get(port)
  }

  findBlocked(port: number, transport: Transport): BlockedPorts | undefined {
    return findBlocked(this.#blocked, port, transport)
  }

  findQuarantine(port: number, transport: Transport): ReleasedClaim | undefined {
    return this.#tables[transport].quarantines.get(port)
  }

  liveClaims(): Iterable<LiveClaim> {
    return this.#claimsById.values()
  }

  /** Enters a claim as it is now, in place of what it was. */
  put(claim: Claim): void {
    if (!isLive(claim)) {
      this.forget(claim)
      this.#quarantine(claim)
      return
    }
    if (!this.#claimsById.has(claim.id)) this.#count(claim.project, 1)
    this.#claimsById.set(claim.id, claim)
    this.#claimsByIdentity.set(identityText(claim), claim)
    const table = this.#tables[claim.transport]
    for (let port = claim.range.first; port <= claim.range.last; port += 1) {
      table.holders.set(port, claim)
      mark(table, port, MARKS.held)
    }
  }

  /** Takes a claim off, as if it had never been made. */
  forget(claim: Claim): void {
    const known = this.#claimsById.get(claim.id)
    if (known === undefined) return
    this.#claimsById.delete(claim.id)
    this.#count(known.project, -1)
    this.#claimsByIdentity.delete(identityText(known))
    const table = this.#tables[claim.transport]
    for (let port = claim.range.first; port <= claim.range.last; port += 1) {
      table.holders.delete(port)
      unmark(table, port, MARKS.held)
    }
  }

  /** Forgets the quarantines that are over. */
  endQuarantines(now: Date): void {
    if (now.getTime() < this.#firstEndMs) return
    this.#firstEndMs = Infinity
    for (const claim of this.#quarantined.values()) {
      if (claim.quarantineUntil <= now) this.#endQuarantine(claim)
      else this.#firstEndMs = Math.min(this.#firstEndMs, claim.quarantineUntil.getTime())
    }
  }

  /** True when ports are kept for this project, which others must not get and it may. */
  hasQuarantine(project: string): boolean {
    return this.#quarantineCounts.has(project)
  }

  #count(project: string, change: 1 | -1): void {
    const count = this.countClaims(project) + change
    if (count === 0) this.#claimCounts.delete(project)
    else this.#claimCounts.set(project, count)
  }

  #openTable(transport: Transport): PortTable {
    const table = portTable(this.#state.host, transport)
    for (const { range, transport: only = transport } of this.#blocked) {
      for (let port = range.first; only === transport && port <= range.last; port += 1) mark(table, port, MARKS.blocked)
    }
    return table
  }

  #quarantine(claim: ReleasedClaim): void {
    if (this.#quarantined.has(claim.id)) return
    this.#quarantined.set(claim.id, claim)
    this.#firstEndMs = Math.min(this.#firstEndMs, claim.quarantineUntil.getTime())
    this.#quarantineCounts.set(claim.project, (this.#quarantineCounts.get(claim.project) ?? 0) + 1)
    const table = this.#tables[claim.transport]
    for (let port = claim.range.first; port <= claim.range.last; port += 1) {
      const known = table.quarantines.get(port)
      if (known !== undefined && known.quarantineUntil > claim.quarantineUntil) continue
      table.quarantines.set(port, claim)
      mark(table, port, MARKS.quarantined)
    }
  }

  #endQuarantine(claim: ReleasedClaim): void {
    this.#quarantined.delete(claim.id)
    const count = (this.#quarantineCounts.get(claim.project) ?? 1) - 1
    if (count === 0) this.#quarantineCounts.delete(claim.project)
    else this.#quarantineCounts.set(claim.project, count)
    const table = this.#tables[claim.transport]
    for (let port = claim.range.first; port <= claim.range.last; port += 1) {
      if (table.quarantines.get(port)?.id !== claim.id) continue
      table.quarantines.delete(port)
      unmark(table, port, MARKS.quarantined)
    }
  }
}

const PORT_COUNT = 65_536

function portTable({ ephemeralRange }: Host, transport: Transport): PortTable {
  const marks = new Uint8Array(PORT_COUNT)
  const table = { marks, unmarked: new PortBitmap(), holders: new Map(), quarantines: new Map() }
  for (let port = 1; port < PORT_COUNT; port += 1) {
    if (transport === 'tcp' && isBrowserRefused(port)) mark(table, port, MARKS.browserRefused)
    if (wellKnownPort(port, transport) !== undefined) mark(table, port, MARKS.wellKnown)
    if (ephemeralRange !== undefined && rangeContains(ephemeralRange, port)) mark(table, port, MARKS.ephemeral)
  }
  return table
}

function mark({ marks, unmarked }: PortTable, port: number, reason: number): void {
  marks[port] = (marks[port] ?? 0) | reason
  unmarked.setFree(port, false)
}

function unmark({ marks, unmarked }: PortTable, port: number, reason: number): void {
  const left = (marks[port] ?? 0) & ~reason
  marks[port] = left
  if (left === 0) unmarked.setFree(port, true)
}
