import type { HostObservation, Sighting } from '@portolan/observe'
import { type PortRange, rangeContains, type Transport } from '@portolan/ports'
import type { Band, LiveClaim } from '@portolan/registry'
import { type Attribution, attribute } from './attribution.ts'
import { type AdoptionRule, RuleBook } from './rule.ts'

export interface HostLookOptions {
  readonly host: string
  /** The live claims of the host. */
  readonly claims: readonly LiveClaim[]
  readonly observation: HostObservation
  readonly bands: readonly Band[]
  readonly rules?: readonly AdoptionRule[]
}

/** A sighting, with whose it seems to be. */
export interface Seen {
  readonly sighting: Sighting
  readonly owner: Attribution | undefined
}

/** A host's claims beside what is open on it. */
export interface HostLook {
  readonly host: string
  readonly claims: readonly LiveClaim[]
  readonly bands: readonly Band[]
  readonly observation: HostObservation
  /** Everything open, by port. */
  readonly seen: readonly Seen[]
  /** What is open at a port. */
  seenAt(transport: Transport, port: number): readonly Seen[]
  findClaim(transport: Transport, port: number): LiveClaim | undefined
}

/** @throws RECONCILE_RULE_INVALID */
export function lookAtHost({ host, claims, observation, bands, rules = [] }: HostLookOptions): HostLook {
  const book = new RuleBook(rules)
  const seen = observation.sightings.map((sighting) => ({ sighting, owner: attribute(sighting, book) }))
  const byPort = Map.groupBy(seen, ({ sighting }) => `${sighting.transport} ${sighting.port}`)
  return {
    host,
    claims,
    bands,
    observation,
    seen: seen.toSorted((a, b) => a.sighting.port - b.sighting.port),
    seenAt: (transport, port) => byPort.get(`${transport} ${port}`) ?? [],
    findClaim: (transport, port) =>
      claims.find((claim) => claim.transport === transport && rangeContains(claim.range, port)),
  }
}

export function portsOf({ first, last }: PortRange): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
