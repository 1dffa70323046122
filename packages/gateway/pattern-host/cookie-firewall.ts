import { ACCESS_COOKIE, REFRESH_COOKIE } from '@portolan/identity'
import type { Fields } from '../http1/fields.ts'

/** What every cookie of the gateway on a preview host begins with. */
export const OWN_COOKIE_PREFIX = '__Host-portolan-'

const RESERVED_PREFIX = OWN_COOKIE_PREFIX.toLowerCase()
const RESERVED = new Set([ACCESS_COOKIE, REFRESH_COOKIE].map((name) => name.toLowerCase()))

/**
 * Whether a cookie of that name is the platform's or the gateway's own. Case makes no difference here, though it does to
 * browsers: some read `__HOST-` as `__Host-`, and what a service makes of it nobody knows.
 */
function isReserved(name: string): boolean {
  const plain = name.trim().toLowerCase()
  return plain.startsWith(RESERVED_PREFIX) || RESERVED.has(plain)
}

/** The name of `name=value`. A browser sends a cookie without a name as its bare value: that may look like another's. */
function nameOf(pair: string): string {
  const bare = pair.replace(/^[=\s]+/, '')
  const mark = bare.indexOf('=')
  return mark === -1 ? bare : bare.slice(0, mark)
}

/** The fields of a request without reserved cookies, on WebSocket handshakes as well. */
export function withoutReservedCookies(fields: Fields): Fields {
  if (!fields.names.includes('cookie')) return fields
  return mapFields(fields, (name, value) => {
    if (name !== 'cookie') return value
    const kept = value.split(';').filter((pair) => pair.trim() !== '' && !isReserved(nameOf(pair)))
    return kept.length === 0 ? undefined : kept.map((pair) => pair.trim()).join('; ')
  })
}

/**
 * The fields of an answer without what would reach beyond the one host: cookies with reserved names, the Domain of any
 * other, and Clear-Site-Data, which empties the whole site of cookies, those of the platform included.
 */
export function withinOwnHost(fields: Fields): Fields {
  if (!fields.names.includes('set-cookie') && !fields.names.includes('clear-site-data')) return fields
  return mapFields(fields, (name, value) => {
    if (name === 'clear-site-data') return undefined
    return name === 'set-cookie' ? hostOnly(value) : value
  })
}

function hostOnly(line: string): string | undefined {
  const [pair = '', ...attributes] = line.split(';')
  if (isReserved(nameOf(pair))) return undefined
  const kept = attributes.filter((attribute) => nameOf(attribute).trim().toLowerCase() !== 'domain')
  return [pair, ...kept].join(';')
}

/** @param change gives the new value, or undefined to leave the line out */
function mapFields(fields: Fields, change: (name: string, value: string) => string | undefined): Fields {
  const names: string[] = []
  const spelled: string[] = []
  const values: string[] = []
  fields.names.forEach((name, index) => {
    const value = change(name, fields.values[index] ?? '')
    if (value === undefined) return
    names.push(name)
    spelled.push(fields.spelled[index] ?? name)
    values.push(value)
  })
  return { names, spelled, values }
}

/** Field lines with others instead of those of the same name, and with some added. */
export function withFields(fields: Fields, lines: readonly FieldLine[]): Fields {
  const replaced = new Set(lines.filter(({ adds }) => adds !== true).map(({ name }) => name.toLowerCase()))
  const kept = mapFields(fields, (name, value) => (replaced.has(name) ? undefined : value))
  return {
    names: [...kept.names, ...lines.map(({ name }) => name.toLowerCase())],
    spelled: [...kept.spelled, ...lines.map(({ name }) => name)],
    values: [...kept.values, ...lines.map(({ value }) => value)],
  }
}

export interface FieldLine {
  readonly name: string
  readonly value: string
  /** Stands beside others of its name; otherwise it replaces them. */
  readonly adds?: boolean
}
