import { type Fault, faultAt } from './fault.ts'
import { isNull, type Located, type LocatedEntry, type LocatedMap, mapOf } from './located.ts'
import { nearestSpelling } from './nearest-spelling.ts'

export interface Overlaid {
  readonly root: Located
  readonly faults: readonly Fault[]
}

/** Names that an overlay may not invent: a slip of the pen would silently make a second one. */
const NAMED_BELOW = [/^hosts$/, /^services$/, /^services\/[^/]+\/ports$/, /^gateway\/ports$/]
/** What is one of several kinds, and therefore replaced whole. */
const REPLACED_WHOLE = /^(gateway|services\/[^/]+)\/run$/
/** A port has a number or a range, so that the overlay's sets the base's aside, with what was said about that. */
const PORT = /^(gateway|services\/[^/]+)\/ports\/[^/]+$/
const SET_ASIDE = new Map([
  ['port', ['range', 'size']],
  ['range', ['port', 'size']],
])

/**
 * Lays an environment over the base: merges maps, replaces scalars and lists, removes with `null`. `run` is one of
 * several kinds and therefore replaced whole.
 * @param environment its name, for the messages
 */
export function layOver(base: Located, overlay: Located, environment: string): Overlaid {
  const faults: Fault[] = []
  const root = merge({ base, overlay, path: '' }, { environment, faults })
  return { root, faults }
}

interface Layers {
  readonly base: Located
  readonly overlay: Located
  readonly path: string
}
interface MergeContext {
  readonly environment: string
  readonly faults: Fault[]
}

function merge({ base, overlay, path }: Layers, context: MergeContext): Located {
  if (base.kind !== 'map' || overlay.kind !== 'map' || REPLACED_WHOLE.test(path)) return overlay
  const entries = new Map(base.entries)
  for (const [key, entry] of overlay.entries) {
    const below = base.entries.get(key)
    if (isNull(entry.value)) {
      if (below === undefined) context.faults.push(unknownBelow({ key, entry, base, path }, context.environment))
      entries.delete(key)
      continue
    }
    if (below === undefined && isNamedBelow(path, key)) {
      context.faults.push(unknownBelow({ key, entry, base, path }, context.environment))
      continue
    }
    const setAside = PORT.test(path) ? (SET_ASIDE.get(key) ?? []) : []
    for (const other of setAside) if (!overlay.entries.has(other)) entries.delete(other)
    entries.set(key, mergeEntry(below, entry, { path: path === '' ? key : `${path}/${key}`, context }))
  }
  return mapOf(base.at, entries)
}

function mergeEntry(
  below: LocatedEntry | undefined,
  entry: LocatedEntry,
  { path, context }: { readonly path: string; readonly context: MergeContext },
): LocatedEntry {
  if (below === undefined && NAMED_BELOW.some((pattern) => pattern.test(path))) {
    const nothing = mapOf(entry.keyAt, [])
    return { keyAt: entry.keyAt, value: merge({ base: nothing, overlay: entry.value, path }, context) }
  }
  if (below === undefined) return { keyAt: entry.keyAt, value: withoutNulls(entry.value) }
  const value = merge({ base: below.value, overlay: entry.value, path }, context)
  // A map keeps the place of its declaration; what was replaced stands where the overlay says it.
  const isMerged = below.value.kind === 'map' && entry.value.kind === 'map' && !REPLACED_WHOLE.test(path)
  return { keyAt: isMerged ? below.keyAt : entry.keyAt, value }
}

/** In a map that only the overlay has there is nothing to take away. */
function withoutNulls(node: Located): Located {
  if (node.kind !== 'map') return node
  const kept = [...node.entries].filter(([, entry]) => !isNull(entry.value))
  return mapOf(
    node.at,
    kept.map(([key, entry]) => [key, { ...entry, value: withoutNulls(entry.value) }] as const),
  )
}

function isNamedBelow(path: string, key: string): boolean {
  return NAMED_BELOW.some((pattern) => pattern.test(path)) || (path === '' && key === 'gateway')
}

function unknownBelow(
  {
    key,
    entry,
    base,
    path,
  }: { readonly key: string; readonly entry: LocatedEntry; readonly base: LocatedMap; readonly path: string },
  environment: string,
): Fault {
  const names = [...base.entries.keys()]
  const within = path === '' ? 'The stack' : `"${path.replaceAll('/', '.')}"`
  const message = `${within} has no "${key}" that environment "${environment}" could change.`
  return faultAt(entry.keyAt, {
    code: 'STACK_OVERLAY_UNKNOWN',
    message,
    expected: names.length === 0 ? 'nothing here' : `one of ${names.map((name) => `"${name}"`).join(', ')}`,
    nearest: nearestSpelling(key, names),
  })
}
