import type { AppError, Waiting } from '@portolan/errors'
import type { Container } from './container.ts'
import { sightingsOfContainers } from './engine-observer.ts'
import { nobodyLooks } from './errors.ts'
import { mergeSightings } from './merge-sightings.ts'
import { type Observation, type ObserveOptions, observe, type UnknownObservation } from './observation.ts'
import { isContainerObserver, type Observer } from './observer.ts'
import type { Sighting } from './sighting.ts'

/** What all observers of a host saw, as one picture. Goes wherever a SeenObservation goes. */
export interface SeenHost {
  readonly state: 'seen'
  readonly sightings: readonly Sighting[]
  /** Of the host's engines, those that have ended too. */
  readonly containers: readonly Container[]
  /** When the first look began: what opened later may be missing. */
  readonly seenAt: Date
}

/** An observer that could not look, and why. */
export interface SilentObserver {
  readonly observer: string
  readonly cause: AppError
}

/** Goes wherever an UnknownObservation goes; `cause` is the first observer's. */
export interface UnknownHost extends UnknownObservation {
  readonly silent: readonly SilentObserver[]
  /** What the others saw: taken for certain, and no proof that anything else is free. */
  readonly sightings: readonly Sighting[]
}

export type HostObservation = SeenHost | UnknownHost

interface Look {
  readonly observer: string
  readonly observation: Observation
  readonly containers: readonly Container[]
}

/**
 * Asks all observers of one host at once, and merges what they saw (`mergeSightings`). If one of them is silent, or there
 * is none, the host is `unknown`: what only that one could have seen must not pass for free.
 * @throws the signal's reason alone
 */
export async function observeHost(observers: readonly Observer[], options: ObserveOptions): Promise<HostObservation> {
  if (observers.length === 0) return { state: 'unknown', cause: nobodyLooks(), silent: [], sightings: [] }
  const looks = await Promise.all(observers.map((observer) => lookOnce(observer, options)))
  const seen = looks.flatMap(({ observation }) => (observation.state === 'seen' ? [observation] : []))
  const containers = looks.flatMap((look) => look.containers)
  const sightings = mergeSightings(
    seen.map((observation) => observation.sightings),
    containers,
  )
  const silent = looks.flatMap(({ observer, observation }) =>
    observation.state === 'unknown' ? [{ observer, cause: observation.cause }] : [],
  )
  const [first] = silent
  if (first !== undefined) return { state: 'unknown', cause: first.cause, silent, sightings }
  const seenAt = new Date(Math.min(...seen.map((observation) => observation.seenAt.getTime())))
  return { state: 'seen', sightings, containers, seenAt }
}

async function lookOnce(observer: Observer, options: ObserveOptions): Promise<Look> {
  if (!isContainerObserver(observer)) {
    return { observer: observer.name, observation: await observe(observer, options), containers: [] }
  }
  // Asked once for its containers: their ports follow from them, and must be those of the same moment.
  let containers: readonly Container[] = []
  const listOpenPorts = async (waiting: Waiting) => {
    containers = await observer.listContainers(waiting)
    return sightingsOfContainers(containers)
  }
  const asked: Observer = { name: observer.name, now: () => observer.now(), listOpenPorts }
  return { observer: observer.name, observation: await observe(asked, options), containers }
}
