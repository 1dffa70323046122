import { formatPortRange, type PortRange, rangesOverlap } from '@portolan/ports'
import {
  AUTHORITIES,
  type Authority,
  type EntryShape,
  type Need,
  needText,
  type Place,
  type PortEntry,
  wishOf,
} from './port-entry.ts'

/** Ports that somebody said a need has or should have. */
export interface Wish {
  readonly range: PortRange
  /** Everybody who said so, the most trusted first. */
  readonly entries: readonly PortEntry[]
  /** The first one's. */
  readonly authority: Authority
  /** Position of the first entry among all, which stands for its age. */
  readonly order: number
}

/** A need with all that was said of its ports. */
export interface WantedNeed {
  readonly need: Need
  readonly shape: EntryShape
  readonly entries: readonly PortEntry[]
  readonly wishes: readonly Wish[]
  /** Numbers that are no ports of that shape, such as an odd blue. */
  readonly misfits: readonly Place[]
}

/** Puts together what several sources say of the same need. */
export function gatherNeeds(entries: readonly PortEntry[]): readonly WantedNeed[] {
  const ordered = entries.map((entry, order) => ({ entry, order }))
  const groups = Map.groupBy(ordered, ({ entry }) => needText(entry))
  return [...groups.values()].flatMap((own) => {
    const [first] = own
    if (first === undefined) return []
    const { project, environment, kind, purpose, transport } = first.entry
    const shape = SHAPES.find((each) => own.some(({ entry }) => entry.shape === each)) ?? 'single'
    const need = { project, environment, kind, purpose, transport }
    const misfits = own.flatMap(({ entry }) => (wishOf({ ...entry, shape }) === undefined ? entry.places : []))
    return [{ need, shape, entries: own.map(({ entry }) => entry), wishes: wishesOf(own, shape), misfits }]
  })
}

// A pair is the stronger word: whoever deploys blue and green needs both, whatever a single port elsewhere says.
const SHAPES = ['pair', 'range', 'single'] as const

interface Ordered {
  readonly entry: PortEntry
  readonly order: number
}

function wishesOf(own: readonly Ordered[], shape: EntryShape): readonly Wish[] {
  const wished = own.flatMap((each) => {
    const range = wishOf({ ...each.entry, shape })
    return range === undefined ? [] : [{ ...each, range }]
  })
  return [...Map.groupBy(wished, ({ range }) => formatPortRange(range)).values()].flatMap((same) => {
    const sorted = same.toSorted((a, b) => rankOf(a.entry) - rankOf(b.entry) || a.order - b.order)
    const [first] = sorted
    if (first === undefined) return []
    const { range, entry, order } = first
    return [{ range, entries: sorted.map((each) => each.entry), authority: entry.authority, order }]
  })
}

function rankOf({ authority }: PortEntry): number {
  return AUTHORITIES.indexOf(authority)
}

/** Whether two things on one host want the same port. */
export function wantSame(
  a: { readonly transport: string; readonly range: PortRange },
  b: { readonly transport: string; readonly range: PortRange },
): boolean {
  return a.transport === b.transport && rangesOverlap(a.range, b.range)
}
