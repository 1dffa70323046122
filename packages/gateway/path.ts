import { badRequest } from './errors.ts'

const SLASH = 0x2f
const DOT = 0x2e
/** 1 for what stands in a path as it is: visible ASCII but `%`, which begins an escape, and what is refused. */
const PLAIN = new Uint8Array(128).fill(1, 0x21, 0x7f)
for (const character of '%\\#?') PLAIN[character.charCodeAt(0)] = 0

const UNRESERVED = /^[A-Za-z0-9._~-]$/
// RFC 3986 allows fewer characters, but browsers send |, [, ] and ^ as they are (WHATWG URL, "path percent-encode set").
const VISIBLE_ASCII = /^[\x21-\x7e]*$/

/**
 * The one form of a path that is matched *and* sent upstream.
 *
 * In this order: an escape of an unreserved character is decoded (`%2e` → `.`, RFC 3986 §6.2.2.2) and any other one
 * is written in capitals (`%2f` → `%2F`, never decoded); empty segments are dropped (`//` → `/`); dot segments are
 * removed (§5.2.4). A slash at the end stays. The result normalises to itself.
 * @param path an absolute path without query and fragment
 * @throws GATEWAY_BAD_REQUEST for a broken escape, `%00`, a backslash (some servers take it for a slash), a `#`, a
 *   character outside visible ASCII, and for dot segments that climb above the root
 */
export function normalisePath(path: string): string {
  return isNormal(path) ? path : normalised(path)
}

/** As nearly every path is: with nothing to decode, to drop or to refuse. */
function isNormal(path: string): boolean {
  if (path.charCodeAt(0) !== SLASH) return false
  let before = SLASH
  for (let at = 1; at < path.length; at += 1) {
    const code = path.charCodeAt(at)
    if (PLAIN[code] !== 1 || (before === SLASH && (code === SLASH || code === DOT))) return false
    before = code
  }
  return true
}

function normalised(path: string): string {
  if (!path.startsWith('/')) throw badRequest('its path does not begin with "/"')
  if (!VISIBLE_ASCII.test(path)) throw badRequest('its path holds a character outside visible ASCII')
  if (/[\\#?]/.test(path)) throw badRequest('its path holds one of the characters "\\", "#", "?"')
  const segments = decodeUnreserved(path).split('/')
  const last = segments.at(-1) ?? ''
  const kept = withoutDots(segments.filter((segment) => segment !== ''))
  if (kept.length === 0) return '/'
  const isFolder = last === '' || last === '.' || last === '..'
  return `/${kept.join('/')}${isFolder ? '/' : ''}`
}

function decodeUnreserved(path: string): string {
  if (/%(?![0-9A-Fa-f]{2})/.test(path)) throw badRequest('its path holds a "%" without two hexadecimal digits')
  if (path.includes('%00')) throw badRequest('its path holds an encoded NUL')
  return path.replace(/%[0-9A-Fa-f]{2}/g, (encoded) => {
    const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16))
    return UNRESERVED.test(character) ? character : encoded.toUpperCase()
  })
}

function withoutDots(segments: readonly string[]): string[] {
  const kept: string[] = []
  for (const segment of segments) {
    if (segment === '.') continue
    if (segment !== '..') kept.push(segment)
    // RFC 3986 would stay at the root; no browser sends such a path, so somebody is trying something.
    else if (kept.pop() === undefined) throw badRequest('its path climbs above the root')
  }
  return kept
}
