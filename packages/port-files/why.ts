import { formatPortRange, type PortRange, rangeSize } from '@portolan/ports'
import type { HeldPorts } from './move-plan.ts'
import { describeNeed, type Place, type PortEntry } from './port-entry.ts'
import { type WantedNeed, type Wish, wantSame } from './wanted-need.ts'

/** Why a need has the ports that it gets, as the end of a line in the plan. */
export function whyHeld({ claimId }: Pick<HeldPorts, 'claimId'>): string {
  return `the registry has given it these already (claim ${claimId})`
}

export function whyKept({ wishes }: WantedNeed, wish: Wish): string {
  const others = wishes.filter((each) => each !== wish).map(({ range }) => formatPortRange(range))
  const rest = others.length === 0 ? '' : `; not ${others.join(' or ')}, which weighs less or is another's`
  return `${reasonOf(wish)}${rest}`
}

function reasonOf({ authority, entries }: Wish): string {
  const [first] = entries
  if (authority === 'running') return `it runs there now${seenAs(first)}`
  if (authority === 'central') return `the central file says so${standsAt(first)}`
  return `its file says so${standsAt(first)}`
}

interface Others {
  readonly kept: ReadonlyMap<WantedNeed, Wish>
  readonly held: readonly HeldPorts[]
  readonly range: PortRange
}

export function whyMoved({ need, wishes, misfits }: WantedNeed, { kept, held, range }: Others): string {
  const reasons = wishes.map((wish) => {
    const ports = { transport: need.transport, range: wish.range }
    const claim = held.find((each) => wantSame(each, ports))
    if (claim !== undefined) return `${formatPortRange(wish.range)} is claimed by ${describeNeed(claim)}`
    const winner = [...kept].find(([other, { range }]) => wantSame({ ...other.need, range }, ports))
    if (winner === undefined) return `${formatPortRange(wish.range)} cannot be kept`
    const [other, won] = winner
    return `${formatPortRange(won.range)} is kept by ${describeNeed(other.need)}: ${reasonOf(won)}`
  })
  const odd =
    misfits.length === 0 ? [] : [`${misfits.map(portText).join(' and ')} is no pair of an even port and the next`]
  const where = rangeSize(range) === 1 ? 'the next free port' : 'the next free ports'
  return `${[...new Set([...reasons, ...odd])].join('; ')}; ${formatPortRange(range)} are ${where}`
}

function portText({ ports }: Place): string {
  return formatPortRange(ports)
}

function seenAs(entry: PortEntry | undefined): string {
  const [place] = entry?.places ?? []
  return place === undefined ? '' : ` (${place.says} on ${formatPortRange(place.ports)})`
}

function standsAt(entry: PortEntry | undefined): string {
  const [place] = entry?.places ?? []
  return place?.line === undefined ? '' : ` (${place.file}:${place.line})`
}
