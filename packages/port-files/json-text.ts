import { type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser'
import type { FaultList } from './file-fault.ts'
import { LineIndex } from './line-index.ts'
import { type Located, type LocatedEntry, TEXT_LIMITS } from './located.ts'

/**
 * JSON (RFC 8259) to located values; undefined, with every fault said, when it is none. Comments are let through: people
 * write them into such files, where nobody but they will look.
 */
export function parseJson(text: string, faults: FaultList): Located | undefined {
  const lines = new LineIndex(text)
  const whole = lines.spot(0, text.length)
  if (text.length > TEXT_LIMITS.characters) {
    faults.add(whole, `The file is longer than ${TEXT_LIMITS.characters} characters. Expected a file of ports.`)
    return undefined
  }
  if (depthOf(text) > TEXT_LIMITS.depth) {
    faults.add(whole, `The file nests deeper than ${TEXT_LIMITS.depth} levels. Expected a file of ports.`)
    return undefined
  }
  if (text.trim() === '') {
    faults.add(whole, 'The file is empty. Expected JSON.')
    return undefined
  }
  const errors: ParseError[] = []
  const tree = parseTree(text, errors, { disallowComments: false, allowTrailingComma: false })
  for (const { error, offset, length } of errors) faults.add(lines.spot(offset, offset + length), wordsOf(error))
  return errors.length > 0 || tree === undefined ? undefined : new JsonReader(lines, faults).read(tree)
}

/** The parser descends by calls of itself, which a hostile file would make too many. */
function depthOf(text: string): number {
  let [depth, deepest] = [0, 0]
  for (const [sign] of text.matchAll(/"(?:[^"\\\n]|\\.)*"|[[{\]}]/g)) {
    if (sign === '{' || sign === '[') depth += 1
    if (sign === '}' || sign === ']') depth -= 1
    deepest = Math.max(deepest, depth)
  }
  return deepest
}

class JsonReader {
  readonly #lines: LineIndex
  readonly #faults: FaultList

  constructor(lines: LineIndex, faults: FaultList) {
    this.#lines = lines
    this.#faults = faults
  }

  read(node: Node): Located {
    const at = this.#spot(node)
    const children = node.children ?? []
    if (node.type === 'object') return { kind: 'map', at, entries: this.#entries(children) }
    if (node.type === 'array') return { kind: 'list', at, items: children.map((child) => this.read(child)) }
    return { kind: 'scalar', at, value: scalarOf(node.value) }
  }

  #entries(properties: readonly Node[]): ReadonlyMap<string, LocatedEntry> {
    const entries = new Map<string, LocatedEntry>()
    for (const { children: [key, value] = [] } of properties) {
      if (key === undefined || value === undefined) continue
      const name = String(key.value)
      const keyAt = this.#spot(key)
      const first = entries.get(name)
      if (first !== undefined)
        this.#faults.add(keyAt, `"${name}" is there twice; the first is in line ${first.keyAt.line}.`)
      entries.set(name, { keyAt, value: this.read(value) })
    }
    return entries
  }

  #spot({ offset, length }: Node) {
    return this.#lines.spot(offset, offset + length)
  }
}

function scalarOf(value: unknown): string | number | boolean | null {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  return null
}

/** By the parser's own names for what it expected. */
const WORDS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'This is no JSON value: text needs quotes.',
  InvalidNumberFormat: 'This is no number in JSON.',
  PropertyNameExpected: 'A name in quotes is missing here; behind the last entry there is no comma.',
  ValueExpected: 'A value is missing here; behind the last one there is no comma.',
  ColonExpected: 'A ":" is missing here.',
  CommaExpected: 'A "," is missing here.',
  CloseBraceExpected: 'A "}" is missing here.',
  CloseBracketExpected: 'A "]" is missing here.',
  EndOfFileExpected: 'Something stands behind the end.',
  UnexpectedEndOfString: 'The text is not closed: a quote is missing.',
}

function wordsOf(error: ParseError['error']): string {
  return WORDS[printParseErrorCode(error)] ?? 'This is not JSON.'
}
