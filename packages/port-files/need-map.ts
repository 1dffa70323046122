import { formatPortRange, type Transport } from '@portolan/ports'
import type { FileClaim } from './file-claim.ts'
import { type JsonObject, objectOf } from './json-object.ts'
import { childOf, type Located, type LocatedMap } from './located.ts'
import type { Authority, EntryShape, Need } from './port-entry.ts'
import type { Reading, ReadPlace } from './reading.ts'

/** Whose ports a map of needs holds. */
export interface Owner {
  readonly project: string
  readonly environment: string
  readonly authority: Authority
}

/** Names of the main need of kind `app`, right in the map; everything else is `kind`, `kind:purpose` or `kind:purpose:udp`. */
const MAIN_PARTS = ['blue', 'green', 'port', 'range'] as const
const PARTS: readonly string[] = MAIN_PARTS
const PORTS_TEXT = /^\d+(-\d+)?$/
const NEED_KEY = /^([a-z0-9][a-z0-9._/-]*)(?::([a-z0-9][a-z0-9._/-]*))?(?::(tcp|udp))?$/

/**
 * Reads `{ "blue": 4100, "green": 4101, "db": 5450, "app:admin": { "blue": 4110, "green": 4111 } }`: the main need's
 * ports, and others by kind and purpose. Text and switches between them are somebody else's and left alone.
 */
export function readNeeds(reading: Reading, map: LocatedMap, owner: Owner): void {
  const main: Need = { ...owner, kind: 'app', purpose: 'main', transport: 'tcp' }
  addNeed(reading, map, { need: main, authority: owner.authority })
  for (const [key, { keyAt, value }] of map.entries) {
    if (PARTS.includes(key)) continue
    const meant = MAIN_PARTS.find((part) => sortedLetters(part) === sortedLetters(key.toLowerCase()))
    if (meant !== undefined) reading.faults.add(keyAt, `"${key}" is not known here. Did you mean "${meant}"?`)
    const need = meant === undefined ? needOfKey(key, owner) : undefined
    if (need === undefined || !holdsPorts(value)) continue
    addNeed(reading, value, { need, authority: owner.authority })
  }
}

interface Wanted {
  readonly need: Need
  readonly authority: Authority
}

function addNeed(reading: Reading, value: Located, { need, authority }: Wanted): void {
  const { places, shape } = placesOf(reading, value, need.kind)
  const { project, environment, kind, purpose, transport } = need
  if (places.length > 0) reading.add({ project, environment, kind, purpose, transport, shape, authority, places })
}

interface Found {
  readonly places: readonly ReadPlace[]
  readonly shape: EntryShape
}

function placesOf(reading: Reading, value: Located, says: string): Found {
  if (value.kind !== 'map') {
    const isRange = value.kind === 'scalar' && typeof value.value === 'string' && value.value.includes('-')
    const place = isRange ? reading.range(value, says) : reading.port(value, 'port', says)
    return { places: place === undefined ? [] : [place], shape: isRange ? 'range' : 'single' }
  }
  const range = childOf(value, 'range')
  if (range !== undefined) return { places: [reading.range(range, 'range')].filter(isThere), shape: 'range' }
  const halves = (['blue', 'green'] as const).map((part) => reading.port(childOf(value, part), part, part))
  if (childOf(value, 'blue') ?? childOf(value, 'green')) return { places: halves.filter(isThere), shape: 'pair' }
  return { places: [reading.port(childOf(value, 'port'), 'port', 'port')].filter(isThere), shape: 'single' }
}

function isThere<Value>(value: Value | undefined): value is Value {
  return value !== undefined
}

/** Text that is no port is somebody's note; a number is meant as a port, and a fault when it is none. */
function holdsPorts(value: Located): boolean {
  if (value.kind === 'map') return PARTS.some((part) => value.entries.has(part))
  if (value.kind === 'list') return false
  return typeof value.value === 'number' || (typeof value.value === 'string' && PORTS_TEXT.test(value.value))
}

function needOfKey(key: string, { project, environment }: Owner): Need | undefined {
  const match = NEED_KEY.exec(key)
  if (match?.[1] === undefined) return undefined
  const transport: Transport = match[3] === 'udp' ? 'udp' : 'tcp'
  return { project, environment, kind: match[1], purpose: match[2] ?? 'main', transport }
}

function sortedLetters(word: string): string {
  return word.split('').toSorted().join('')
}

type NeedValue = number | string | { readonly blue: number; readonly green: number }

/** The inverse of {@link readNeeds}, for the claims of one project and environment. */
export function needMapOf(claims: readonly FileClaim[]): Readonly<Record<string, NeedValue>> {
  const map: Record<string, NeedValue> = {}
  for (const claim of claims) {
    const { shape, range, kind, purpose, transport } = claim
    const isMain = kind === 'app' && purpose === 'main' && transport === 'tcp'
    if (isMain && shape === 'pair') Object.assign(map, { blue: range.first, green: range.last })
    else if (isMain) map[shape === 'single' ? 'port' : 'range'] = needValue(claim)
    else map[needKey(claim)] = needValue(claim)
  }
  return map
}

function needValue({ shape, range }: FileClaim): NeedValue {
  if (shape === 'pair') return { blue: range.first, green: range.last }
  // A range of one port keeps its dash, so that it does not come back as a single one.
  return shape === 'single' ? range.first : rangeText(range.first, range.last)
}

function rangeText(first: number, last: number): string {
  return first === last ? `${first}-${last}` : formatPortRange({ first, last })
}

function needKey({ kind, purpose, transport }: Need): string {
  if (transport === 'udp') return `${kind}:${purpose}:udp`
  return purpose === 'main' && !PARTS.includes(kind) ? kind : `${kind}:${purpose}`
}

/** What of an environment's object is no port of ours, such as a domain or a note, as it was. */
export function foreignParts(value: unknown): JsonObject {
  const parts = Object.entries(objectOf(value)).filter(([key, part]) => !PARTS.includes(key) && !isPorts(part))
  return Object.fromEntries(parts)
}

function isPorts(value: unknown): boolean {
  if (typeof value === 'number') return true
  if (typeof value === 'string') return PORTS_TEXT.test(value)
  const object = objectOf(value)
  return PARTS.some((part) => part in object)
}
