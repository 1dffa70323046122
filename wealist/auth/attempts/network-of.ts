import { isIPv4, isIPv6 } from 'node:net'

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** What attempts are counted by: an IPv4 address, or the /64 of an IPv6 one, which a single subscriber has whole. */
export function networkOf(address: string): string {
  const [, mapped] = MAPPED.exec(address) ?? []
  if (mapped !== undefined && isIPv4(mapped)) return mapped
  const [plain = ''] = address.split('%') // a zone is of this machine alone (RFC 4007 §11)
  return isIPv6(plain) ? `${groupsOf(plain).slice(0, 4).join(':')}::/64` : address
}

function groupsOf(address: string): readonly string[] {
  // Only the first four groups are used, and a dotted tail stands for the last two.
  const [head = '', tail] = address.replace(/[\d.]+$/, (end) => (end.includes('.') ? '0:0' : end)).split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length)
  return [...left, ...Array<string>(missing).fill('0'), ...right].map((group) =>
    Number.parseInt(group, 16).toString(16),
  )
}
