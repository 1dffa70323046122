import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { knownHostsMalformed } from './errors.ts'

/** A line of known_hosts (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
export interface KnownHost {
  readonly marker: '@revoked' | '@cert-authority' | undefined
  /** As written: names with wildcards and negations, or one hashed name. */
  readonly hosts: string
  readonly keyType: string
  /** In base64, as a key is compared. */
  readonly key: string
  /** Where it stands, counted from 1. */
  readonly line: number
  readonly path: string
}

/** Whom a client meant to reach, and the key that it was shown. */
export interface ShownHostKey {
  readonly host: string
  readonly port: number
  /** As on the wire (RFC 4253 §6.6). */
  readonly key: Buffer
}

export type HostKeyVerdict =
  | { readonly state: 'trusted' }
  | { readonly state: 'revoked' | 'changed'; readonly entry: KnownHost }
  /** `otherTypes`: of which types keys are known for that host. */
  | { readonly state: 'unknown'; readonly otherTypes: readonly string[] }

const SSH_PORT = 22
const MARKERS = ['@revoked', '@cert-authority'] as const

/**
 * Reads the text of a known_hosts file. Lines of another shape are left out, as ssh does: what is not understood is not
 * trusted.
 * @throws OBSERVE_KNOWN_HOSTS_MALFORMED for a line with a marker: a key that is revoked must not count again
 */
export function parseKnownHosts(text: string, path: string): readonly KnownHost[] {
  return text.split('\n').flatMap((raw, index) => {
    const fields = raw.trim().split(/\s+/)
    const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined
    const known = MARKERS.find((one) => one === marker)
    const [hosts = '', keyType = '', key = ''] = fields
    const isWhole = !hosts.startsWith('#') && typeOfKey(Buffer.from(key, 'base64')) === keyType && keyType !== ''
    if (isWhole && known === marker) return [{ marker: known, hosts, keyType, key, line: index + 1, path }]
    if (marker !== undefined) throw knownHostsMalformed(path, index + 1)
    return []
  })
}

/** Judges a key by what is known of the host. A certificate authority's key vouches for nothing here: see the README. */
export function judgeHostKey(known: readonly KnownHost[], { host, port, key }: ShownHostKey): HostKeyVerdict {
  const shown = key.toString('base64')
  const [name, ...otherNames] = namesOf(host, port)
  const matching = known.filter(({ hosts }) => [name, ...otherNames].some((one) => matchesHosts(hosts, one)))
  const revoked = matching.find((entry) => entry.marker === '@revoked' && isSameKey(entry.key, shown))
  if (revoked !== undefined) return { state: 'revoked', entry: revoked }
  const plain = matching.filter(({ marker }) => marker === undefined)
  if (plain.some((entry) => isSameKey(entry.key, shown))) return { state: 'trusted' }
  // What stands without the port may vouch for another port, as in ssh, but cannot accuse it.
  const ofName = plain.filter(({ hosts }) => matchesHosts(hosts, name))
  const changed = ofName.find(({ keyType }) => keyType === typeOfKey(key))
  if (changed !== undefined) return { state: 'changed', entry: changed }
  return { state: 'unknown', otherTypes: [...new Set(ofName.map(({ keyType }) => keyType))] }
}

/** The types of the keys that are known for a host: it should be asked for one of these. */
export function knownKeyTypes(known: readonly KnownHost[], host: string, port: number): readonly string[] {
  const ofHost = known.filter(({ hosts, marker }) => {
    return marker === undefined && namesOf(host, port).some((name) => matchesHosts(hosts, name))
  })
  return [...new Set(ofHost.map(({ keyType }) => keyType))]
}

/** How known_hosts writes a host: `host`, and `[host]:port` for a port other than 22. */
export function knownHostsName(host: string, port: number): string {
  const name = host.toLowerCase()
  return port === SSH_PORT ? name : `[${name}]:${port}`
}

/** `SHA256:…`, as ssh and ssh-keygen print it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** The name of a key's type, which stands at its beginning (RFC 4253 §6.6); empty when there is none. */
export function typeOfKey(key: Buffer): string {
  if (key.length < 4) return ''
  const length = key.readUInt32BE(0)
  return length > 64 || key.length < 4 + length ? '' : key.toString('latin1', 4, 4 + length)
}

function namesOf(host: string, port: number): readonly [string, ...string[]] {
  return port === SSH_PORT ? [knownHostsName(host, port)] : [knownHostsName(host, port), knownHostsName(host, SSH_PORT)]
}

function matchesHosts(hosts: string, name: string): boolean {
  if (hosts.startsWith('|')) return matchesHash(hosts, name)
  const patterns = hosts.toLowerCase().split(',')
  const isRefused = patterns.some((pattern) => pattern.startsWith('!') && matchesPattern(pattern.slice(1), name))
  return !isRefused && patterns.some((pattern) => matchesPattern(pattern, name))
}

/** `|1|salt|hash`: HMAC-SHA1 of the name under the salt (OpenSSH's HashKnownHosts). */
function matchesHash(hosts: string, name: string): boolean {
  const [, version, salt = '', hash = ''] = hosts.split('|')
  if (version !== '1') return false
  const expected = Buffer.from(hash, 'base64')
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest()
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

function matchesPattern(pattern: string, name: string): boolean {
  const source = pattern.replace(/\*+/g, '*').replace(/[^a-z0-9]/g, (sign) => PATTERN_SIGNS[sign] ?? `\\${sign}`)
  return new RegExp(`^${source}$`, 's').test(name)
}

const PATTERN_SIGNS: Readonly<Record<string, string>> = { '*': '.*', '?': '.' }

function isSameKey(a: string, b: string): boolean {
  return Buffer.from(a, 'base64').equals(Buffer.from(b, 'base64'))
}
