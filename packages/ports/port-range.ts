import { numberInvalid, rangeInvalid } from './errors.ts'
import { HIGHEST_PORT, isPortNumber, LOWEST_PORT } from './port.ts'

/** Ports `first` to `last`, both included, both from 1 to 65535, `first` not above `last`. */
export interface PortRange {
  readonly first: number
  readonly last: number
}

// One spelling per value: a leading zero, a sign or a space would give the same range a second name.
const PORT_RANGE = /^([1-9]\d{0,4})(?:-([1-9]\d{0,4}))?$/

/** @throws PORTS_NUMBER_INVALID when an end is no port, PORTS_RANGE_INVALID when `first` is above `last` */
export function portRange(first: number, last: number): PortRange {
  if (!isPortNumber(first)) throw numberInvalid(first)
  if (!isPortNumber(last)) throw numberInvalid(last)
  if (first > last) throw rangeInvalid(`${first}-${last}`, `Write "${last}-${first}".`)
  return { first, last }
}

/** @throws PORTS_NUMBER_INVALID */
export function singlePort(port: number): PortRange {
  return portRange(port, port)
}

/**
 * Reads `8080` or `50000-50020`; nothing around it, no leading zeros.
 * @throws PORTS_RANGE_INVALID for anything else
 */
export function parsePortRange(text: string): PortRange {
  const match = PORT_RANGE.exec(text)
  if (match === null) throw rangeInvalid(text, hintFor(text))
  const first = Number(match[1])
  const last = match[2] === undefined ? first : Number(match[2])
  const outside = [first, last].find((port) => !isPortNumber(port))
  if (outside !== undefined) throw rangeInvalid(text, `"${outside}" is above ${HIGHEST_PORT}: choose a lower port.`)
  if (first > last) throw rangeInvalid(text, `Write the lower port first: "${last}-${first}".`)
  return { first, last }
}

function hintFor(text: string): string {
  const ends = text
    .trim()
    .split(/\s*(?:[-–—:]|\.\.)\s*/)
    .map(Number)
  if (ends.length > 2 || !ends.every(isPortNumber)) return 'Correct the text.'
  return `Write "${formatPortRange({ first: Math.min(...ends), last: Math.max(...ends) })}".`
}

/** The inverse of {@link parsePortRange}: a range of one port is written as that port. */
export function formatPortRange({ first, last }: PortRange): string {
  return first === last ? String(first) : `${first}-${last}`
}

export function rangesOverlap(a: PortRange, b: PortRange): boolean {
  return a.first <= b.last && b.first <= a.last
}

/** The ports that both ranges hold; undefined when there are none. */
export function rangeIntersection(a: PortRange, b: PortRange): PortRange | undefined {
  if (!rangesOverlap(a, b)) return undefined
  return { first: Math.max(a.first, b.first), last: Math.min(a.last, b.last) }
}

/** True when every port of `inner` (a port or a range) lies in `range`. */
export function rangeContains(range: PortRange, inner: PortRange | number): boolean {
  const { first, last } = typeof inner === 'number' ? { first: inner, last: inner } : inner
  return range.first <= first && last <= range.last
}

/** How many ports: 50000–60000 holds 10,001, for both ends count. */
export function rangeSize({ first, last }: PortRange): number {
  return last - first + 1
}

/**
 * The same number of ports, `by` further up (or down, when negative).
 * @returns undefined when that would leave 1–65535
 */
export function shiftRange({ first, last }: PortRange, by: number): PortRange | undefined {
  const shifted = { first: first + by, last: last + by }
  return isPortNumber(shifted.first) && isPortNumber(shifted.last) ? shifted : undefined
}

export const ALL_PORTS: PortRange = Object.freeze({ first: LOWEST_PORT, last: HIGHEST_PORT })
