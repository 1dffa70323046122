import {
  IsArray,
  IsBoolean,
  IsEnum,
  IsInteger,
  IsNull,
  IsNumber,
  IsObject,
  IsRecord,
  IsString,
  IsUnion,
  type TSchema,
} from 'typebox'
import { NAME, VARIABLE, WORKSPACE_NAME } from './patterns.ts'

/** What a schema asks for, in words that complete the sentence "Expected …". */
export function expectation(schema: TSchema): string {
  if (IsUnion(schema)) return unique(schema.anyOf.filter((branch) => !IsNull(branch)).map(expectation)).join(', or ')
  if (IsEnum(schema)) return `one of ${schema.enum.map((value) => `"${value}"`).join(', ')}`
  if (IsString(schema)) return textExpectation(schema)
  if (IsInteger(schema)) return numberExpectation(schema)
  if (IsNumber(schema)) return 'a number'
  if (IsBoolean(schema)) return 'true or false'
  if (IsArray(schema)) return 'a list'
  if (IsRecord(schema)) return 'a map from names to values'
  if (IsObject(schema)) return `a map with ${listOfKeys(schema)}`
  return 'another value'
}

const WORKSPACE_NAME_WORDS =
  'at most 57 characters, lower-case letters, digits and hyphens, so that 65535-name fits into the 63 of a DNS label'

/** What the keys of a map of names may be, by the pattern that they have to match. */
export function nameExpectation(pattern: string): string {
  if (pattern === NAME) return 'small letters, digits and hyphens, beginning with a letter, 40 at most'
  if (pattern === VARIABLE) return 'letters, digits and underscores, not beginning with a digit'
  if (pattern === WORKSPACE_NAME) return WORKSPACE_NAME_WORDS
  return `a name that matches ${pattern}`
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)]
}

function textExpectation(schema: TSchema): string {
  if ('pattern' in schema && schema.pattern === NAME) return `a name of ${nameExpectation(NAME)}`
  const examples: unknown = 'examples' in schema ? schema.examples : undefined
  const example: unknown = Array.isArray(examples) ? examples[0] : undefined
  return typeof example === 'string' ? `text such as "${example}"` : 'text'
}

function numberExpectation(schema: TSchema): string {
  const minimum = 'minimum' in schema ? schema.minimum : undefined
  const maximum = 'maximum' in schema ? schema.maximum : undefined
  if (typeof minimum === 'number' && typeof maximum === 'number') return `a whole number from ${minimum} to ${maximum}`
  return typeof minimum === 'number' ? `a whole number of at least ${minimum}` : 'a whole number'
}

function listOfKeys(schema: TSchema): string {
  if (!IsObject(schema)) return 'keys'
  const required = schema.required ?? []
  const keys = required.length > 0 ? required : Object.keys(schema.properties)
  return keys.map((key) => `"${String(key)}"`).join(', ')
}
