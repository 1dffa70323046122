import { Lexer } from 'yaml'
import type { FaultWords } from './fault.ts'
import { quoted } from './quoted.ts'

/** A `${NAME}` or `{port:name}` whose braces YAML takes for a map, because the text that it stands in has no quotes. */
export interface UnquotedText {
  /** In UTF-16 code units. */
  readonly offset: number
  readonly written: string
}

const REFERENCE = /^\{(?:port|url|secret|render):(?!\d+\})[^{}\s]*\}/
const VARIABLE = /^\{[^{}\n]*\}/
// What the lexer marks without its being in the text: a document, a scalar, the end of what was never closed.
const MARKERS = ['\u0002', '\u001f', '\u0018']

/** @param text YAML; what is in quotes or a comment, or is no map to YAML (`key: ${NAME}`), is left out */
export function unquotedTexts(text: string): readonly UnquotedText[] {
  const found: UnquotedText[] = []
  let offset = 0
  for (const lexeme of new Lexer().lex(text)) {
    if (MARKERS.includes(lexeme)) continue
    if (lexeme === '{') found.push(...unquotedAt(text, offset))
    offset += lexeme.length
  }
  return found
}

function unquotedAt(text: string, offset: number): readonly UnquotedText[] {
  const end = text.indexOf('}', offset) + 1
  const braces = text.slice(offset, end)
  const [reference] = REFERENCE.exec(braces) ?? []
  if (reference !== undefined) return [{ offset, written: reference }]
  const [variable] = text[offset - 1] === '$' ? (VARIABLE.exec(braces) ?? []) : []
  return variable === undefined ? [] : [{ offset: offset - 1, written: `$${variable}` }]
}

/** The one entry of a map that was meant as a reference: YAML reads `{port:http}` as a map with the key "port:http". */
export function meantAsReference(keys: readonly string[]): string | undefined {
  const [key, ...others] = keys
  if (key === undefined || others.length > 0) return undefined
  return REFERENCE.exec(`{${key}}`)?.[0]
}

export function unquotedWords(written: string): Pick<FaultWords, 'message' | 'expected'> {
  return {
    message: `${quoted(written)} stands here without quotes, and YAML takes its braces for a map.`,
    expected: `quotes around the whole value, as in ${quoted(written)}`,
  }
}
