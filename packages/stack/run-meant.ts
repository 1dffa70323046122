import { IsObject, IsUnion, type TSchema } from 'typebox'
import { EMBEDDED_PARTS } from './vocabulary.ts'

/** Whether a schema is that of `run`, which is a map and never a text. */
export function isRunSchema(schema: TSchema): boolean {
  return IsUnion(schema) && schema.anyOf.some((kind) => IsObject(kind) && 'command' in kind.properties)
}

/** What a text behind `run:` was meant as, as it has to be written: a part, an address, a module, else a command line. */
export function runMeant(text: string): string {
  const [program = '', ...args] = text.trim().split(/\s+/)
  const isOneWord = args.length === 0
  if (isOneWord && EMBEDDED_PARTS.some((part) => part === program)) return `{ embedded: ${program} }`
  if (isOneWord && /^[a-z+]+:\/\/|^[\w.-]+:\d+$/.test(program)) return `{ external: ${flowText(program)} }`
  if (isOneWord && /\.[cm]?ts$/.test(program)) return `{ module: ${flowText(program)} }`
  if (isOneWord) return `{ command: ${flowText(program)} }`
  return `{ command: ${flowText(program)}, args: [${args.map(flowText).join(', ')}] }`
}

/** As it stands in a map or list in one line: in quotes where YAML would read something else. */
function flowText(text: string): string {
  return /^[A-Za-z./][\w./-]*$/.test(text) && !/^(true|false|null)$/.test(text) ? text : JSON.stringify(text)
}
