import type { Sighting } from '@portolan/observe'
import type { Transport } from '@portolan/ports'

/** What is open on a host, by port. Whatever the address: a claim holds a port of the whole host. */
export type SightedPorts = Readonly<Record<Transport, ReadonlyMap<number, Sighting>>>

/**
 * What the observers of a host said together. `unwatched`: it has none, so claims alone count. `unknown`: one of them
 * did not answer; `sighted` is then what the others saw, which is never the whole.
 */
export type HostView =
  | { readonly state: 'unwatched' }
  | { readonly state: 'seen'; readonly seenAt: Date; readonly sighted: SightedPorts }
  | { readonly state: 'unknown'; readonly observer: string; readonly cause: unknown; readonly sighted: SightedPorts }

export const UNWATCHED: HostView = Object.freeze({ state: 'unwatched' })

const NOTHING: SightedPorts = Object.freeze({ tcp: new Map(), udp: new Map() })

export function sightedPorts(view: HostView): SightedPorts {
  return view.state === 'unwatched' ? NOTHING : view.sighted
}

export function gatherSightings(sightings: Iterable<Sighting>): SightedPorts {
  const byPort = { tcp: new Map<number, Sighting>(), udp: new Map<number, Sighting>() }
  for (const sighting of sightings) {
    const known = byPort[sighting.transport].get(sighting.port)
    if (known === undefined || whatIsSaid(known) < whatIsSaid(sighting))
      byPort[sighting.transport].set(sighting.port, sighting)
  }
  return byPort
}

/** Of several sockets on one port the one whose container or holder could be read says more. */
function whatIsSaid({ holder, container }: Sighting): number {
  return (container === undefined ? 0 : 2) + (holder === undefined ? 0 : 1)
}
