import { type Document, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml'
import type { FaultList, Spot } from './file-fault.ts'
import { LineIndex } from './line-index.ts'
import { type Located, type LocatedEntry, TEXT_LIMITS } from './located.ts'

// What the parser makes of a file that nests deeper than it can follow.
const OVERFLOW = /call stack|Stack overflow/

/**
 * YAML 1.2 to located values, with merge keys (`<<`), which compose files are full of. Aliases are followed; a file that
 * grows past the limits through them is refused.
 */
export function parseYaml(text: string, faults: FaultList): Located | undefined {
  const lines = new LineIndex(text)
  const whole = lines.spot(0, text.length)
  if (text.length > TEXT_LIMITS.characters) {
    faults.add(whole, `The file is longer than ${TEXT_LIMITS.characters} characters. Expected a file of ports.`)
    return undefined
  }
  const document = parseDocument(text, { prettyErrors: false, version: '1.2' })
  for (const { message, pos } of document.errors) {
    const words = OVERFLOW.test(message) ? 'The file nests too deeply.' : `${message}.`.replace(/\.\.$/, '.')
    faults.add(lines.spot(pos[0], pos[1]), words)
  }
  if (document.errors.length > 0) return undefined
  if (document.contents === null) {
    faults.add(whole, 'The file is empty. Expected YAML.')
    return undefined
  }
  const reader = new YamlReader(document, lines)
  const root = reader.read(document.contents, whole, 0)
  if (!reader.isTooLarge) return root
  faults.add(whole, `The file has more than ${TEXT_LIMITS.values} values or ${TEXT_LIMITS.depth} levels.`)
  return undefined
}

class YamlReader {
  readonly #document: Document
  readonly #lines: LineIndex
  #valueCount = 0
  isTooLarge = false

  constructor(document: Document, lines: LineIndex) {
    this.#document = document
    this.#lines = lines
  }

  /** @param fallback the place of a value that has none of its own (`key:` with nothing behind it) */
  read(node: unknown, fallback: Spot, depth: number): Located {
    this.#valueCount += 1
    const at = this.#spot(node, fallback)
    if (this.#valueCount > TEXT_LIMITS.values || depth > TEXT_LIMITS.depth) {
      this.isTooLarge = true
      return { kind: 'scalar', at, value: null }
    }
    if (isAlias(node)) return this.read(node.resolve(this.#document), at, depth + 1)
    if (isMap(node)) return { kind: 'map', at, entries: this.#entries(node.items, at, depth) }
    if (isSeq(node)) return { kind: 'list', at, items: node.items.map((item) => this.read(item, at, depth + 1)) }
    return { kind: 'scalar', at, value: isScalar(node) ? scalarOf(node.value) : null }
  }

  #entries(
    items: readonly { readonly key: unknown; readonly value: unknown }[],
    at: Spot,
    depth: number,
  ): ReadonlyMap<string, LocatedEntry> {
    const own = new Map<string, LocatedEntry>()
    const merged = new Map<string, LocatedEntry>()
    for (const { key, value } of items) {
      if (!isScalar(key)) continue
      const keyAt = this.#spot(key, at)
      const entry = { keyAt, value: this.read(value, keyAt, depth + 1) }
      if (key.value === '<<') mergeInto(merged, entry.value)
      else own.set(String(key.value), entry)
    }
    return new Map([...merged, ...own])
  }

  #spot(node: unknown, fallback: Spot): Spot {
    if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return fallback
    const [start, end]: unknown[] = node.range
    return typeof start === 'number' && typeof end === 'number' ? this.#lines.spot(start, end) : fallback
  }
}

/** Of several maps the first one wins (YAML merge key, draft of 2005). */
function mergeInto(merged: Map<string, LocatedEntry>, source: Located): void {
  const maps = source.kind === 'list' ? source.items : [source]
  for (const map of maps) {
    if (map.kind !== 'map') continue
    for (const [key, entry] of map.entries) if (!merged.has(key)) merged.set(key, entry)
  }
}

function scalarOf(value: unknown): string | number | boolean | null {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return null
}
