import { addressInvalid } from './errors.ts'

export const FAMILIES = ['ipv4', 'ipv6'] as const
export type Family = (typeof FAMILIES)[number]

/**
 * An IP address in its one canonical spelling (IPv6 by RFC 5952), so that two are the same when their texts are.
 * `::ffff:192.0.2.1` is IPv4 here: a socket bound to it takes the port of 192.0.2.1 (RFC 4291 §2.5.5.2).
 */
export interface IpAddress {
  readonly family: Family
  readonly text: string
}

// No leading zeros: `010` is 8 to some parsers and 10 to others (RFC 6943 §3.1.1).
const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`)
const GROUP = /^[0-9a-f]{1,4}$/i
const GROUP_COUNT = 8

/**
 * Reads an IPv4 or IPv6 literal and normalises it. A zone (`fe80::1%eth0`) is left out of the result: its name and
 * its number are the same interface, which text alone cannot tell, so that equal addresses count as one.
 * @throws PORTS_ADDRESS_INVALID for names too. `localhost` is refused on purpose: it means 127.0.0.1, ::1 or both,
 * as the resolver of each program likes, and ports are claimed on addresses.
 */
export function parseAddress(text: string): IpAddress {
  if (IPV4.test(text)) return { family: 'ipv4', text }
  const groups = parseGroups(text.replace(/%[^%\s]+$/, ''))
  if (groups === undefined) throw addressInvalid(text, hintFor(text))
  return mappedIpv4(groups) ?? { family: 'ipv6', text: formatGroups(groups) }
}

function hintFor(text: string): string {
  if (text.toLowerCase() === 'localhost') return 'Write "127.0.0.1" or "::1": "localhost" may mean either, or both.'
  if (text === '' || text === '*') return 'For every address write "0.0.0.0" (IPv4) or "::" (IPv6 and IPv4).'
  if (/^\[.*\]$/.test(text)) return 'Leave out the brackets.'
  return 'Give an address, not a name.'
}

/** The eight 16-bit groups of IPv6 text (RFC 4291 §2.2), else undefined. */
function parseGroups(text: string): readonly number[] | undefined {
  const [head = '', tail, ...more] = text.split('::')
  if (more.length > 0) return undefined // "::" may stand only once
  const before = parseGroupList(head, { mayEndInIpv4: tail === undefined })
  const after = tail === undefined ? [] : parseGroupList(tail, { mayEndInIpv4: true })
  if (before === undefined || after === undefined) return undefined
  const missing = GROUP_COUNT - before.length - after.length
  if (tail === undefined) return missing === 0 ? before : undefined
  return missing < 1 ? undefined : [...before, ...Array.from({ length: missing }, () => 0), ...after]
}

function parseGroupList(text: string, { mayEndInIpv4 }: { mayEndInIpv4: boolean }): readonly number[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const last = parts.at(-1) ?? ''
  const ipv4 = mayEndInIpv4 && IPV4.test(last) ? last.split('.').map(Number) : undefined
  const groups = ipv4 === undefined ? parts : parts.slice(0, -1)
  if (!groups.every((group) => GROUP.test(group))) return undefined
  const [a = 0, b = 0, c = 0, d = 0] = ipv4 ?? []
  const tail = ipv4 === undefined ? [] : [a * 256 + b, c * 256 + d]
  return [...groups.map((group) => Number.parseInt(group, 16)), ...tail]
}

function mappedIpv4(groups: readonly number[]): IpAddress | undefined {
  const [a, b, c, d, e, f, high = 0, low = 0] = groups
  if ([a, b, c, d, e].some((group) => group !== 0) || f !== 0xffff) return undefined
  return { family: 'ipv4', text: [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.') }
}

/** RFC 5952 §4: lower case, no leading zeros, the first longest run of two or more zero groups becomes "::". */
function formatGroups(groups: readonly number[]): string {
  const run = longestZeroRun(groups)
  const hex = groups.map((group) => group.toString(16))
  if (run.length < 2) return hex.join(':')
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`
}

function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let longest = { start: 0, length: 0 }
  let current = { start: 0, length: 0 }
  for (const [index, group] of groups.entries()) {
    current = group === 0 ? { ...current, length: current.length + 1 } : { start: index + 1, length: 0 }
    if (current.length > longest.length) longest = current
  }
  return longest
}

/** True for 0.0.0.0 and `::`, which mean every address of the host. */
export function isWildcard({ text }: IpAddress): boolean {
  return text === '0.0.0.0' || text === '::'
}
