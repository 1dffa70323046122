import { STACK_FILE } from './overlay-schema.ts'

/** Below that, a reference is no shorter than what it stands for. */
const SHORTEST_SHARED = 300

/** The JSON Schema that editors complete stack files with, as the text of `portolan.schema.json`. */
export function stackFileSchema(): string {
  const { root, definitions } = shareRepeated(JSON.parse(JSON.stringify(STACK_FILE)))
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Portolan stack file',
    description: 'One stack: its services, their ports, routes and needs, and what differs between environments.',
    ...root,
    definitions,
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

interface Shared {
  readonly root: object
  readonly definitions: Readonly<Record<string, unknown>>
}

/**
 * The schema is built of parts that stand in several places (a port in a service, in the gateway, in an overlay). Each
 * such part is written once, under `definitions`, named after the key that it first stood under.
 */
function shareRepeated(root: object): Shared {
  const counts = countParts(root)
  const names = new Map<string, string>()
  const definitions: Record<string, unknown> = {}
  const rewrite = (value: unknown, key: string): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((item) => rewrite(item, key))
    const text = JSON.stringify(value)
    if (!isSchema(value) || text.length < SHORTEST_SHARED || (counts.get(text) ?? 0) < 2)
      return rewriteEntries(value, key)
    const name = names.get(text) ?? freeName(key, definitions)
    if (!names.has(text)) {
      names.set(text, name)
      definitions[name] = {} // holds the name while the part itself is written
      definitions[name] = rewriteEntries(value, key)
    }
    return { $ref: `#/definitions/${name}` }
  }
  const rewriteEntries = (value: object, key: string) =>
    Object.fromEntries(Object.entries(value).map(([name, part]) => [name, rewrite(part, wordOf(name, key))]))
  return { root: rewriteEntries(root, 'stack'), definitions }
}

function countParts(root: unknown, counts = new Map<string, number>()): ReadonlyMap<string, number> {
  if (typeof root !== 'object' || root === null) return counts
  const text = JSON.stringify(root)
  counts.set(text, (counts.get(text) ?? 0) + 1)
  for (const part of Object.values(root)) countParts(part, counts)
  return counts
}

/** A map of properties is no schema, though it may hold the same words. */
function isSchema(value: object): boolean {
  return 'type' in value || 'anyOf' in value || 'enum' in value
}

/** Words of JSON Schema itself and patterns name nothing. */
function wordOf(name: string, key: string): string {
  return /^[a-z][A-Za-z]*$/.test(name) && !['properties', 'patternProperties', 'anyOf', 'items'].includes(name)
    ? name
    : key
}

function freeName(key: string, taken: Readonly<Record<string, unknown>>): string {
  let name = key
  for (let count = 2; Object.hasOwn(taken, name); count += 1) name = `${key}${count}`
  return name
}
