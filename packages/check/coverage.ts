import { type PortRange, rangeIntersection } from '@portolan/ports'

/** The parts of a range that none of the others covers, ascending. */
export function uncovered(range: PortRange, covers: readonly PortRange[]): readonly PortRange[] {
  let open: readonly PortRange[] = [range]
  for (const cover of covers) {
    open = open.flatMap((part) => {
      const shared = rangeIntersection(part, cover)
      if (shared === undefined) return [part]
      return [
        ...(part.first < shared.first ? [{ first: part.first, last: shared.first - 1 }] : []),
        ...(shared.last < part.last ? [{ first: shared.last + 1, last: part.last }] : []),
      ]
    })
  }
  return open
}
