import type { TSchema } from 'typebox'
import { Check } from 'typebox/value'

const INTEGER = /^[+-]?\d{1,15}$/
const NUMBER = /^[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?$/
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])

/**
 * Reads a text (an environment variable, a query parameter) as the kind of value that its schema asks for. Stricter
 * than TypeBox's own conversion, which reads `"80.5"` as the integer 80 and `""` as 0.
 * @returns the text itself when it does not read so: checking it against the schema then says what is wrong
 */
export function convertText(schema: TSchema, text: string): unknown {
  if ('anyOf' in schema && Array.isArray(schema.anyOf)) return convertByVariant(schema.anyOf, text)
  if ('const' in schema) return String(schema.const) === text ? schema.const : text
  switch ('type' in schema ? schema.type : undefined) {
    case 'integer':
      return INTEGER.test(text) ? Number(text) : text
    case 'number':
      return NUMBER.test(text) ? Number(text) : text
    case 'boolean':
      return BOOLEANS.get(text) ?? text
    case 'array': {
      const items: TSchema = 'items' in schema && typeof schema.items === 'object' ? (schema.items ?? {}) : {}
      return text.split(',').map((item) => convertText(items, item.trim()))
    }
    default:
      return text
  }
}

function convertByVariant(variants: readonly TSchema[], text: string): unknown {
  for (const variant of variants) {
    const value = convertText(variant, text)
    if (Check(variant, value)) return value
  }
  return text
}
