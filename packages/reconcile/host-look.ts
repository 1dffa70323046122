import { type Container, type HostObservation, type Sighting, sightingsOfContainers } from '@portolan/observe'
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
  /** False for a container that has ended: it has no port open, and only wishes for those it had. */
  readonly isRunning: boolean
}

/** A host's claims beside what is open on it. */
export interface HostLook {
  readonly host: string
  readonly claims: readonly LiveClaim[]
  readonly bands: readonly Band[]
  readonly observation: HostObservation
  /** Everything open, by port. */
  readonly seen: readonly Seen[]
  /** Labelled containers that have ended, at the ports that they would have open. */
  readonly ended: readonly Seen[]
  /** What is open at a port. */
  seenAt(transport: Transport, port: number): readonly Seen[]
  findClaim(transport: Transport, port: number): LiveClaim | undefined
}

/** @throws RECONCILE_RULE_INVALID */
export function lookAtHost({ host, claims, observation, bands, rules = [] }: HostLookOptions): HostLook {
  const book = new RuleBook(rules)
  const seen = observation.sightings.map((sighting) => ({
    sighting,
    owner: attribute(sighting, book),
    isRunning: true,
  }))
  const byPort = Map.groupBy(seen, ({ sighting }) => `${sighting.transport} ${sighting.port}`)
  return {
    host,
    claims,
    bands,
    observation,
    seen: seen.toSorted((a, b) => a.sighting.port - b.sighting.port),
    ended: endedOf(observation, book),
    seenAt: (transport, port) => byPort.get(`${transport} ${port}`) ?? [],
    findClaim: (transport, port) =>
      claims.find((claim) => claim.transport === transport && rangeContains(claim.range, port)),
  }
}

function endedOf(observation: HostObservation, rules: RuleBook): readonly Seen[] {
  if (observation.state !== 'seen') return []
  const wished = observation.containers.filter(({ isRunning }) => !isRunning).map(asRunning)
  const seen = sightingsOfContainers(wished).map((sighting) => {
    return { sighting, owner: attribute(sighting, rules), isRunning: false }
  })
  return seen.filter(({ owner }) => owner?.by === 'label')
}

function asRunning(container: Container): Container {
  return { ...container, isRunning: true }
}

export function portsOf({ first, last }: PortRange): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
