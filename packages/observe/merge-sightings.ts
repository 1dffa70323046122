import type { Container, SightedContainer } from './container.ts'
import { sightedContainer } from './engine-observer.ts'
import { compareSightings, type Holder, isSamePlace, type Sighting } from './sighting.ts'

// The kernel tells the time of a start in whole seconds since the boot.
const SAME_START_MS = 2_000

/**
 * One picture of a host from what several observers saw: the same socket seen twice is one sighting with all that any of
 * them knows. Whatever differs stays apart: another address (so IPv4 and IPv6), another process, another container.
 * @param containers of the host's engines, for sightings that know their container's id alone
 */
export function mergeSightings(
  seen: readonly (readonly Sighting[])[],
  containers: readonly Container[] = [],
): readonly Sighting[] {
  const containersById = new Map(containers.map((container) => [container.id, sightedContainer(container)]))
  const all = seen.flat().map((sighting) => withContainer(sighting, containersById))
  const byPort = Map.groupBy(all, ({ transport, port }) => `${transport} ${port}`)
  return [...byPort.values()].flatMap(mergePort).toSorted(compareSightings)
}

function withContainer(sighting: Sighting, containersById: ReadonlyMap<string, SightedContainer>): Sighting {
  const known = sighting.container === undefined ? undefined : containersById.get(sighting.container.id)
  return known === undefined ? sighting : { ...sighting, container: known }
}

/** Those with a holder first, so that one without finds every one that it may be. */
function mergePort(sightings: readonly Sighting[]): readonly Sighting[] {
  const ordered = sightings.toSorted((a, b) => Number(b.holder !== undefined) - Number(a.holder !== undefined))
  const merged: Sighting[] = []
  for (const sighting of ordered) {
    const equal = merged.flatMap((other, index) => (canBeOne(other, sighting) ? [{ other, index }] : []))
    for (const { other, index } of equal) merged[index] = mergeTwo(other, sighting)
    if (equal.length === 0) merged.push(sighting)
  }
  return merged
}

function canBeOne(a: Sighting, b: Sighting): boolean {
  if (!isSamePlace(a, b)) return false
  const hasOtherReach = a.ipv6Only !== undefined && b.ipv6Only !== undefined && a.ipv6Only !== b.ipv6Only
  const isOtherContainer = a.container !== undefined && b.container !== undefined && a.container.id !== b.container.id
  return !hasOtherReach && !isOtherContainer && isSameHolder(a.holder, b.holder)
}

function isSameHolder(a: Holder | undefined, b: Holder | undefined): boolean {
  if (a === undefined || b === undefined) return true
  return a.pid === b.pid && Math.abs(a.startedAt.getTime() - b.startedAt.getTime()) <= SAME_START_MS
}

function mergeTwo(a: Sighting, b: Sighting): Sighting {
  // Only what b knows may fill a gap: a property that is there but undefined is none.
  const container = richer(a.container, b.container)
  return { ...b, ...a, ...(container === undefined ? {} : { container }) }
}

function richer(a: SightedContainer | undefined, b: SightedContainer | undefined): SightedContainer | undefined {
  return a?.labels === undefined ? (b ?? a) : a
}
