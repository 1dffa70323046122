import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  LineCounter as Lines,
  type Node,
  parseDocument,
  type Scalar,
  visit,
  type YAMLError,
} from 'yaml'
import { type Fault, faultAt } from './fault.ts'
import type { Located, LocatedEntry } from './located.ts'
import type { Position } from './position.ts'
import { quoted } from './quoted.ts'
import { unquotedTexts, unquotedWords } from './unquoted-text.ts'

/** Far above any stack a team writes by hand, far below what would hold up a machine. */
const LIMITS = { characters: 262_144, values: 50_000, depth: 30, yamlFaults: 50 } as const

export type YamlSource =
  | { readonly state: 'parsed'; readonly root: Located }
  | { readonly state: 'refused'; readonly faults: readonly Fault[] }

/**
 * Text to located values (YAML 1.2, core schema). Aliases are followed; a file that grows past the limits through
 * them ("billion laughs") is refused. Merge keys (`<<`) are not part of YAML 1.2 and are not followed.
 */
export function parseYaml(text: string, file: string): YamlSource {
  const start: Position = { file, line: 1, column: 1 }
  if (text.length > LIMITS.characters)
    return refused(start, `The file is longer than ${LIMITS.characters} characters.`, 'STACK_TOO_LARGE')
  const lines = linesOf(text)
  // The parser compares every key with every other one; the reader finds a double with a map.
  const document = parseDocument(text, { prettyErrors: false, version: '1.2', uniqueKeys: false })
  const errors = [...document.errors, ...document.warnings]
  if (errors.some(({ message }) => OVERFLOW.test(message)))
    return refused(start, 'The file nests too deeply.', 'STACK_TOO_LARGE')
  if (errors.length > 0) return { state: 'refused', faults: yamlFaults(errors, text, { lines, file }) }
  if (document.contents === null) return refused(start, 'The file is empty.', 'STACK_YAML')
  const reader = new YamlReader(document, lines, file)
  const root = reader.read(document.contents, start, 0)
  if (reader.isTooLarge) {
    const message = `The file holds more than ${LIMITS.values} values or nests deeper than ${LIMITS.depth} levels.`
    return refused(start, message, 'STACK_TOO_LARGE')
  }
  return reader.faults.length > 0 ? { state: 'refused', faults: reader.faults } : { state: 'parsed', root }
}

/** What the parser found; where braces without quotes have led it astray, those alone, for the rest follows from them. */
function yamlFaults(
  errors: readonly YAMLError[],
  text: string,
  { lines, file }: { readonly lines: LineCounter; readonly file: string },
): readonly Fault[] {
  const unquoted = unquotedTexts(text).map(({ offset, written }) => ({ offset, ...unquotedWords(written) }))
  const said = errors.map((error) => ({ offset: error.pos[0], message: yamlWords(error) }))
  return (unquoted.length > 0 ? unquoted : said)
    .slice(0, LIMITS.yamlFaults)
    .map(({ offset, ...words }) => faultAt(positionAt(lines, offset, file), { code: 'STACK_YAML', ...words }))
}

// What the parser makes of a file that nests deeper than it can follow.
const OVERFLOW = /call stack|Stack overflow/

function yamlWords({ code, message }: YAMLError): string {
  if (code === 'MULTIPLE_DOCS') return 'A second document begins here ("---"); a stack file is one.'
  return `${message}.`.replace(/\.\.$/, '.')
}

function refused(at: Position, message: string, code: 'STACK_TOO_LARGE' | 'STACK_YAML'): YamlSource {
  return { state: 'refused', faults: [faultAt(at, { code, message, expected: 'a map that begins with "stack:"' })] }
}

/** Counted here: the parser's own count misses the end of a line in some broken files. */
function linesOf(text: string): LineCounter {
  const lines = new Lines()
  lines.addNewLine(0)
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) lines.addNewLine(end + 1)
  return lines
}

function positionAt(lines: LineCounter, offset: number, file: string): Position {
  const { line, col } = lines.linePos(offset)
  return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
}

class YamlReader {
  readonly faults: Fault[] = []
  readonly #lines: LineCounter
  readonly #file: string
  readonly #targets: ReadonlyMap<Alias, Node>
  #valueCount = 0
  isTooLarge = false

  constructor(document: Document, lines: LineCounter, file: string) {
    this.#lines = lines
    this.#file = file
    this.#targets = targetsOf(document)
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
      const target = this.#targets.get(node)
      if (target !== undefined) return this.read(target, at, depth + 1)
      this.#refuse(at, `"*${node.source}" repeats what nothing above is marked as: there is no "&${node.source}".`)
      return nothing
    }
    if (isMap(node)) return { kind: 'map', at, entries: this.#entries(node.items, at, depth) }
    if (isSeq(node)) return { kind: 'list', at, items: node.items.map((item) => this.read(item, at, depth + 1)) }
    return isScalar(node) ? this.#scalar(node, at) : nothing
  }

  #entries(
    items: readonly { readonly key: unknown; readonly value: unknown }[],
    at: Position,
    depth: number,
  ): Map<string, LocatedEntry> {
    const entries = new Map<string, LocatedEntry>()
    for (const { key, value } of items) {
      const keyAt = this.#position(key, at)
      if (!isScalar(key)) {
        this.#refuse(keyAt, 'A key must be a word, not a list or a map. A value that begins with "{" needs quotes.')
        continue
      }
      const name = String(key.value)
      const first = entries.get(name)
      if (first !== undefined)
        this.#refuse(keyAt, `${quoted(name)} stands here twice; the first is in line ${first.keyAt.line}.`)
      entries.set(name, { keyAt, value: this.read(value, keyAt, depth + 1) })
    }
    return entries
  }

  #scalar({ value, source }: Scalar, at: Position): Located {
    if (typeof value === 'number') return { kind: 'scalar', at, value, written: source ?? String(value) }
    if (typeof value === 'boolean') return { kind: 'scalar', at, value, written: source ?? String(value) }
    if (value === null || typeof value === 'string') return { kind: 'scalar', at, value }
    this.#refuse(at, 'A value must be text, a number, true or false; this one has a tag that makes it something else.')
    return { kind: 'scalar', at, value: null }
  }

  #refuse(at: Position, message: string): void {
    this.faults.push(faultAt(at, { code: 'STACK_YAML', message }))
  }

  #position(node: unknown, fallback: Position): Position {
    if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return fallback
    const offset: unknown = node.range[0]
    return typeof offset === 'number' ? positionAt(this.#lines, offset, this.#file) : fallback
  }
}

/** What each alias repeats: the last node before it that is marked so. In one walk, as every look-up would be another. */
function targetsOf(document: Document): ReadonlyMap<Alias, Node> {
  const marked = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  visit(document, {
    Alias(_, alias) {
      const target = marked.get(alias.source)
      if (target !== undefined) targets.set(alias, target)
    },
    Value(_, node) {
      if (node.anchor !== undefined) marked.set(node.anchor, node)
    },
  })
  return targets
}
