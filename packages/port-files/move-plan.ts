import { formatPortRange, type PortRange, rangeSize, type Transport } from '@portolan/ports'
import { chooseWishes } from './choose-wishes.ts'
import { bandFull, bandMissing } from './errors.ts'
import { findRoom, type PlanBand, portsIn } from './free-ports.ts'
import {
  AUTHORITIES,
  describeNeed,
  type EntryShape,
  type EntrySlots,
  type Need,
  needText,
  type Place,
  type PortEntry,
  portsOfPlace,
} from './port-entry.ts'
import { gatherNeeds, type WantedNeed, type Wish, wantSame } from './wanted-need.ts'
import { whyHeld, whyKept, whyMoved } from './why.ts'

/** Ports of the host that the registry has given already. */
export interface HeldPorts extends Need {
  readonly claimId: number
  readonly shape: EntryShape
  readonly range: PortRange
}

/** A port that nothing may move to. */
export interface OccupiedPort {
  readonly transport: Transport
  readonly port: number
}

export interface MovePlanOptions {
  readonly bands: readonly PlanBand[]
  /** The live claims of the host. */
  readonly held?: readonly HeldPorts[]
  /** What else is in use there: open, reserved in a file, or in quarantine. */
  readonly occupied?: readonly OccupiedPort[]
}

/** One number in a file, and what has to stand there instead. */
export interface PlaceChange {
  readonly place: Place
  readonly to: PortRange
}

/** What becomes of one need. */
export interface PlannedNeed {
  readonly need: Need
  readonly shape: EntryShape
  /** `held`: the registry has it already. `kept`: somebody's wish. `moved`: other ports than anybody wished for. */
  readonly outcome: 'held' | 'kept' | 'moved'
  readonly range: PortRange
  /** A sentence for the person who has to agree. */
  readonly why: string
  /** Every place, in files and among what runs, that says something else. */
  readonly changes: readonly PlaceChange[]
  /** Of those who agree. */
  readonly places: readonly Place[]
  /** What runs in the halves, as far as a slot file says. */
  readonly slots?: EntrySlots
}

/** Where everything that was read will be: no two needs share a port. */
export interface MovePlan {
  readonly needs: readonly PlannedNeed[]
  readonly keptCount: number
  readonly movedCount: number
}

/**
 * Resolves every collision with the fewest moves, exactly: see `chooseWishes` for what weighs how much, `findRoom` for
 * where things move. The same input gives the same plan.
 * @param entries of one host
 * @throws PORT_FILES_BAND_MISSING, PORT_FILES_BAND_FULL, PORT_FILES_PLAN_TOO_LARGE
 */
export function planMoves(entries: readonly PortEntry[], options: MovePlanOptions): MovePlan {
  const held = options.held ?? []
  const heldByNeed = new Map(held.map((claim) => [needText(claim), claim]))
  const needs = gatherNeeds(entries)
  const open = needs.filter(({ need }) => !heldByNeed.has(needText(need)))
  const rivalOf = (wanted: WantedNeed, { range }: Wish) =>
    held.find((claim) => wantSame(claim, { transport: wanted.need.transport, range }))
  const kept = chooseWishes(open, (wanted, wish) => rivalOf(wanted, wish) !== undefined)
  const placed = placeAll(open, kept, { ...options, held })
  const planned = needs.map((wanted) => {
    const claim = heldByNeed.get(needText(wanted.need))
    if (claim !== undefined) return plannedNeed(wanted, { outcome: 'held', range: claim.range, why: whyHeld(claim) })
    const wish = kept.get(wanted)
    if (wish !== undefined)
      return plannedNeed(wanted, { outcome: 'kept', range: wish.range, why: whyKept(wanted, wish) })
    const range = placed.get(wanted) ?? { first: 0, last: 0 }
    return plannedNeed(wanted, { outcome: 'moved', range, why: whyMoved(wanted, { kept, held, range }) })
  })
  const count = (outcome: PlannedNeed['outcome']) => planned.filter((each) => each.outcome === outcome).length
  return { needs: planned, keptCount: count('kept') + count('held'), movedCount: count('moved') }
}

type Fate = Pick<PlannedNeed, 'outcome' | 'range' | 'why'>

function plannedNeed({ need, shape, entries }: WantedNeed, fate: Fate): PlannedNeed {
  const all = entries.flatMap(({ places }) => places)
  const isRight = (place: Place) => sameText(portsOfPlace(place, fate.range), place.ports)
  const changes = all
    .filter((place) => !isRight(place))
    .map((place) => ({ place, to: place.line === undefined ? fate.range : portsOfPlace(place, fate.range) }))
  const slots = entries.find((entry) => entry.slots !== undefined)?.slots
  return { need, shape, ...fate, changes, places: all.filter(isRight), ...(slots === undefined ? {} : { slots }) }
}

function sameText(a: PortRange, b: PortRange): boolean {
  return formatPortRange(a) === formatPortRange(b)
}

type Ground = MovePlanOptions & { readonly held: readonly HeldPorts[] }

/** New ports for what keeps no wish, those that run first, for they move the least then. */
function placeAll(
  needs: readonly WantedNeed[],
  kept: ReadonlyMap<WantedNeed, Wish>,
  { bands, held, occupied = [] }: Ground,
): ReadonlyMap<WantedNeed, PortRange> {
  const taken = { tcp: new Set<number>(), udp: new Set<number>() }
  for (const { transport, range } of held) for (const port of portsIn(range)) taken[transport].add(port)
  for (const [{ need }, { range }] of kept) for (const port of portsIn(range)) taken[need.transport].add(port)
  for (const { transport, port } of occupied) taken[transport].add(port)
  const placed = new Map<WantedNeed, PortRange>()
  for (const wanted of needs.filter((each) => !kept.has(each)).toSorted(byWeight)) {
    const range = placeOne(wanted, bands, (port) => taken[wanted.need.transport].has(port))
    for (const port of portsIn(range)) taken[wanted.need.transport].add(port)
    placed.set(wanted, range)
  }
  return placed
}

function byWeight(a: WantedNeed, b: WantedNeed): number {
  const rank = ({ entries }: WantedNeed) => Math.min(...entries.map(({ authority }) => AUTHORITIES.indexOf(authority)))
  return rank(a) - rank(b)
}

function placeOne(
  { need, shape, wishes, misfits }: WantedNeed,
  bands: readonly PlanBand[],
  isTaken: (port: number) => boolean,
): PortRange {
  const { environment, kind, transport } = need
  const band = bands.find((each) => each.environment === environment && each.kind === kind)
  if (band === undefined) throw bandMissing(describeNeed(need), `${environment}.${kind}`)
  const [wish] = wishes
  const near = wish?.range.first ?? misfits[0]?.ports.first ?? band.range.first
  const portCount = shape === 'pair' ? 2 : rangeSize(wish?.range ?? misfits[0]?.ports ?? { first: near, last: near })
  const room = findRoom({ band, bands, transport, shape, portCount, near, isTaken })
  if (room === undefined) throw bandFull(describeNeed(need), `${environment}.${kind}`)
  return room
}

/** Ports that more than one need wishes for, or that somebody else holds: what is wrong before the plan. */
export function findCollisions(entries: readonly PortEntry[]): readonly Collision[] {
  const wanted = gatherNeeds(entries).flatMap(({ need, wishes }) => wishes.map((wish) => ({ need, wish })))
  const ports = new Map<string, Collision>()
  for (const { need, wish } of wanted) {
    for (const port of portsIn(wish.range)) {
      const key = `${need.transport} ${port}`
      const { wishers } = ports.get(key) ?? { wishers: [] }
      if (wishers.every((other) => needText(other) !== needText(need))) {
        ports.set(key, { transport: need.transport, port, wishers: [...wishers, need] })
      }
    }
  }
  return [...ports.values()].filter(({ wishers }) => wishers.length > 1).toSorted((a, b) => a.port - b.port)
}

/** One port that several want. */
export interface Collision {
  readonly transport: Transport
  readonly port: number
  readonly wishers: readonly Need[]
}

/** Whether a plan has a port for everybody and none twice; what every plan must pass, and tests ask. */
export function isConflictFree({ needs }: MovePlan): boolean {
  return needs.every(({ need, range }, index) =>
    needs.slice(index + 1).every((other) => !wantSame({ ...need, range }, { ...other.need, range: other.range })),
  )
}
