import { formatPortRange, isPortNumber, type PortRange, rangeContains, type Transport } from '@portolan/ports'

/** Who needs ports, and for what: what the registry tells claims apart by. */
export interface Need {
  readonly project: string
  readonly environment: string
  /** What the band is for, such as `app`, `db`, `redis`. */
  readonly kind: string
  /** Tells apart what one project needs several times of a kind; `main` unless a file says otherwise. */
  readonly purpose: string
  readonly transport: Transport
}

/** Names have no spaces, so no two needs have one text. */
export function needText({ project, environment, kind, purpose, transport }: Need): string {
  return `${project} ${environment} ${kind} ${purpose} ${transport}`
}

/** What a person reads, such as `worb (production, app, main)`. */
export function describeNeed({ project, environment, kind, purpose, transport }: Need): string {
  return `${project} (${environment}, ${kind}, ${purpose}${transport === 'tcp' ? '' : `, ${transport}`})`
}

/**
 * How much a word about ports weighs, the heaviest first: what runs right now, the central file of the host, and what
 * is only written somewhere.
 */
export const AUTHORITIES = ['running', 'central', 'written'] as const
export type Authority = (typeof AUTHORITIES)[number]

export const ENTRY_SHAPES = ['pair', 'single', 'range'] as const
export type EntryShape = (typeof ENTRY_SHAPES)[number]

export const PARTS = ['blue', 'green', 'port', 'range'] as const

/** What of the need a number is: a half of its pair, its only port, or its whole range. */
export type Part = (typeof PARTS)[number]

/** One number, and where it stands. */
export interface Place {
  /** The file; of what runs, where it was seen. */
  readonly file: string
  /** Both count from 1; neither is there for what was seen running. */
  readonly line?: number
  readonly column?: number
  readonly part: Part
  /** `4100` or `50000-50020` */
  readonly ports: PortRange
  /** What it says there, such as `BLUE_PORT` or `container "worb-docker-blue"`. */
  readonly says: string
}

/** One source's word about the ports of one need. */
export interface PortEntry extends Need {
  readonly shape: EntryShape
  readonly authority: Authority
  readonly places: readonly Place[]
  /** What a slot file says runs in the halves. */
  readonly slots?: EntrySlots
}

export interface EntrySlot {
  readonly state: 'empty' | 'deployed' | 'active' | 'grace'
  readonly version?: string
  readonly deployedBy?: string
  /** ISO 8601. */
  readonly deployedAt?: string
}

export interface EntrySlots {
  readonly blue: EntrySlot
  readonly green: EntrySlot
}

/** A port that a file says is used, without saying by whom. */
export interface ReservedPort {
  readonly port: number
  readonly place: Place
}

/** Something in a file that is no fault, and that somebody should know of. */
export interface Remark {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: string
}

/** What files say of ports. */
export interface Inventory {
  readonly entries: readonly PortEntry[]
  readonly reserved: readonly ReservedPort[]
  readonly remarks: readonly Remark[]
}

/**
 * The ports that places wish for together: of a pair both halves, also when only one of them is named.
 * @returns undefined when the numbers are no such ports (an odd blue, a green that is not the next one, two numbers for
 * one port), so that no wish of them can be kept
 */
export function wishOf({ shape, places }: Pick<PortEntry, 'shape' | 'places'>): PortRange | undefined {
  const wishes = new Set(places.map((place) => (shape === 'pair' ? blueOf(place) : formatPortRange(place.ports))))
  const [wish] = wishes
  if (wish === undefined || wishes.size > 1) return undefined
  if (typeof wish === 'string') return places[0]?.ports
  return wish % 2 === 0 && isPortNumber(wish) && isPortNumber(wish + 1) ? { first: wish, last: wish + 1 } : undefined
}

function blueOf({ part, ports: { first } }: Place): number {
  if (part === 'green') return first - 1
  // A single port of a need that others call a pair is whichever half it can be.
  return part === 'port' ? first - (first % 2) : first
}

/** The numbers of a place when its need has these ports. */
export function portsOfPlace({ part, ports }: Pick<Place, 'part' | 'ports'>, range: PortRange): PortRange {
  if (part === 'range') return range
  if (part === 'port' && rangeContains(range, ports)) return ports
  const port = part === 'green' ? range.last : range.first
  return { first: port, last: port }
}

/** Everything in one, in its order. */
export function joinInventories(inventories: readonly Inventory[]): Inventory {
  return {
    entries: inventories.flatMap(({ entries }) => entries),
    reserved: inventories.flatMap(({ reserved }) => reserved),
    remarks: inventories.flatMap(({ remarks }) => remarks),
  }
}
