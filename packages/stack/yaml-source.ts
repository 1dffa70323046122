import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  LineCounter as Lines,
  type Node,
  parseDocument,
} from 'yaml'
import { type Fault, faultAt } from './fault.ts'
import type { Located, LocatedEntry } from './located.ts'
import type { Position } from './position.ts'

/** Far above any stack a team writes by hand, far below what would hold up a machine. */
const LIMITS = { bytes: 1_048_576, values: 50_000, depth: 30 } as const

export type YamlSource =
  | { readonly state: 'parsed'; readonly root: Located }
  | { readonly state: 'refused'; readonly faults: readonly Fault[] }

/**
 * Text to located values (YAML 1.2, core schema). Aliases are followed; a file that grows past the limits through
 * them ("billion laughs") is refused. Merge keys (`<<`) are not part of YAML 1.2 and are not followed.
 */
export function parseYaml(text: string, file: string): YamlSource {
  const start: Position = { file, line: 1, column: 1 }
  if (text.length > LIMITS.bytes)
    return refused(start, `The file is larger than ${LIMITS.bytes} bytes.`, 'STACK_TOO_LARGE')
  const lines = new Lines()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2', uniqueKeys: true })
  if (document.errors.length > 0) {
    const faults = document.errors.map((error) =>
      faultAt(positionAt(lines, error.pos[0], file), {
        code: 'STACK_YAML',
        message: `${error.message}.`.replace(/\.\.$/, '.'),
      }),
    )
    return { state: 'refused', faults }
  }
  if (document.contents === null) return refused(start, 'The file is empty.', 'STACK_YAML')
  const reader = new YamlReader(document, lines, file)
  const root = reader.read(document.contents, start, 0)
  if (reader.isTooLarge) {
    const message = `The file holds more than ${LIMITS.values} values or nests deeper than ${LIMITS.depth} levels.`
    return refused(start, message, 'STACK_TOO_LARGE')
  }
  return reader.faults.length > 0 ? { state: 'refused', faults: reader.faults } : { state: 'parsed', root }
}

function refused(at: Position, message: string, code: 'STACK_TOO_LARGE' | 'STACK_YAML'): YamlSource {
  return { state: 'refused', faults: [faultAt(at, { code, message, expected: 'a map that begins with "stack:"' })] }
}

function positionAt(lines: LineCounter, offset: number, file: string): Position {
  const { line, col } = lines.linePos(offset)
  return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
}

class YamlReader {
  readonly faults: Fault[] = []
  readonly #document: Document
  readonly #lines: LineCounter
  readonly #file: string
  #valueCount = 0
  isTooLarge = false

  constructor(document: Document, lines: LineCounter, file: string) {
    this.#document = document
    this.#lines = lines
    this.#file = file
  }

  /** @param fallback the place of a value that has none of its own (`key:` with nothing behind it) */
  read(node: unknown, fallback: Position, depth: number): Located {
    this.#valueCount += 1
    const at = this.#position(node, fallback)
    const nothing: Located = { kind: 'scalar', at, value: null }
    if (this.#valueCount > LIMITS.values || depth > LIMITS.depth) {
      this.isTooLarge = true
      return nothing
    }
    if (isAlias(node)) {
      const target: Node | undefined = node.resolve(this.#document)
      return target === undefined ? nothing : this.read(target, at, depth + 1)
    }
    if (isMap(node)) return { kind: 'map', at, entries: this.#entries(node.items, at, depth) }
    if (isSeq(node)) return { kind: 'list', at, items: node.items.map((item) => this.read(item, at, depth + 1)) }
    return isScalar(node) ? { kind: 'scalar', at, value: this.#scalar(node.value) } : nothing
  }

  #entries(
    items: readonly { readonly key: unknown; readonly value: unknown }[],
    at: Position,
    depth: number,
  ): Map<string, LocatedEntry> {
    const entries = new Map<string, LocatedEntry>()
    for (const { key, value } of items) {
      const keyAt = this.#position(key, at)
      if (isScalar(key)) entries.set(String(key.value), { keyAt, value: this.read(value, keyAt, depth + 1) })
      else
        this.faults.push(
          faultAt(keyAt, {
            code: 'STACK_YAML',
            message: 'A key must be a word, not a list or a map. A value that begins with "{" needs quotes.',
          }),
        )
    }
    return entries
  }

  #scalar(value: unknown): string | number | boolean | null {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
    return typeof value === 'bigint' ? value.toString() : null
  }

  #position(node: unknown, fallback: Position): Position {
    if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return fallback
    const offset: unknown = node.range[0]
    return typeof offset === 'number' ? positionAt(this.#lines, offset, this.#file) : fallback
  }
}
