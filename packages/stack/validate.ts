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
  type TArray,
  type TObject,
  type TRecord,
  type TSchema,
} from 'typebox'
import { expectation, nameExpectation } from './expectation.ts'
import { type Fault, type FaultWords, faultAt } from './fault.ts'
import { type Located, type LocatedList, type LocatedMap, type LocatedScalar, plainValue } from './located.ts'
import { nameMeant } from './name-meant.ts'
import { nearestSpelling } from './nearest-spelling.ts'
import { NAME } from './patterns.ts'
import { quoted, quotedList } from './quoted.ts'
import { isRunSchema, runMeant } from './run-meant.ts'
import { textFault } from './text-fault.ts'
import { meantAsReference, unquotedWords } from './unquoted-text.ts'

/**
 * Holds a located tree against a schema and says every fault at its place.
 *
 * A JSON Schema validator would report a union as "must match exactly one of" and has no places; here the branch is
 * chosen by what was written, so that the fault is about the value and not about the schema.
 */
export function validate(node: Located, schema: TSchema): readonly Fault[] {
  return checkNode(node, schema, '')
}

function checkNode(node: Located, schema: TSchema, path: string): readonly Fault[] {
  if (IsUnion(schema)) return checkUnion(node, schema, path)
  if (!fitsKind(node, schema)) return [wrongValue(node, schema, path)]
  if (node.kind === 'map') {
    if (IsRecord(schema)) return checkRecord(node, schema, path)
    return IsObject(schema) ? checkObject(node, schema, path) : []
  }
  if (node.kind === 'list') return IsArray(schema) ? checkItems(node, schema, path) : []
  return fitsScalar(node.value, schema) ? meaningFaults(node, schema) : [wrongValue(node, schema, path)]
}

/** What the pattern of a text lets through and its meaning does not, such as the range 5-4. */
function meaningFaults(node: LocatedScalar, schema: TSchema): readonly Fault[] {
  const message = typeof node.value === 'string' && IsString(schema) ? textFault(node.value, schema) : undefined
  return message === undefined ? [] : [faultAt(node.at, { code: 'STACK_VALUE_INVALID', message })]
}

function checkItems(list: LocatedList, schema: TArray, path: string): readonly Fault[] {
  const minimum = 'minItems' in schema && typeof schema.minItems === 'number' ? schema.minItems : 0
  if (list.items.length < minimum) {
    const message = `${place(path)} cannot be an empty list.`
    return [faultAt(list.at, { code: 'STACK_VALUE_INVALID', message, expected: `at least ${minimum} in it` })]
  }
  return list.items.flatMap((item, index) => checkNode(item, schema.items, `${path}[${index}]`))
}

function fitsKind(node: Located, schema: TSchema): boolean {
  if (node.kind === 'map') return IsObject(schema) || IsRecord(schema)
  if (node.kind === 'list') return IsArray(schema)
  return !(IsObject(schema) || IsRecord(schema) || IsArray(schema))
}

function fitsScalar(value: string | number | boolean | null, schema: TSchema): boolean {
  if (IsNull(schema)) return value === null
  if (IsBoolean(schema)) return typeof value === 'boolean'
  if (IsEnum(schema)) return typeof value === 'string' && schema.enum.includes(value)
  if (IsInteger(schema)) return Number.isInteger(value) && fitsBounds(Number(value), schema)
  if (IsNumber(schema)) return Number.isFinite(value)
  return IsString(schema) && typeof value === 'string' && fitsText(value, schema)
}

function fitsBounds(value: number, schema: TSchema): boolean {
  const minimum = 'minimum' in schema && typeof schema.minimum === 'number' ? schema.minimum : Number.NEGATIVE_INFINITY
  const maximum = 'maximum' in schema && typeof schema.maximum === 'number' ? schema.maximum : Number.POSITIVE_INFINITY
  return value >= minimum && value <= maximum
}

function fitsText(value: string, schema: TSchema): boolean {
  if ('minLength' in schema && typeof schema.minLength === 'number' && value.length < schema.minLength) return false
  return !('pattern' in schema && typeof schema.pattern === 'string') || new RegExp(schema.pattern).test(value)
}

function checkUnion(
  node: Located,
  union: { readonly anyOf: readonly TSchema[] } & TSchema,
  path: string,
): readonly Fault[] {
  const branches = union.anyOf.flatMap((branch) => (IsUnion(branch) ? branch.anyOf : [branch]))
  const fitting = branches.filter((branch) => fitsKind(node, branch))
  if (node.kind === 'map' && fitting.length > 1) return checkVariant(node, fitting.filter(IsObject), path)
  const attempts = fitting.map((branch) => checkNode(node, branch, path))
  const passed = attempts.find((faults) => faults.length === 0)
  if (passed !== undefined) return passed
  // What is spelled like one branch was meant as that.
  const meant = attempts.find((_, index) => node.kind === 'scalar' && fitsScalar(node.value, fitting[index] ?? union))
  if (meant !== undefined) return meant
  // One branch of this kind: its own fault says more than the union's.
  if (attempts.length === 1 && node.kind !== 'scalar') return attempts[0] ?? []
  return [wrongValue(node, union, path)]
}

/** Several maps are possible, told apart by their first required key, as the run kinds are. */
function checkVariant(node: LocatedMap, variants: readonly TObject[], path: string): readonly Fault[] {
  const keys = variants.flatMap((variant) => (variant.required ?? []).slice(0, 1).map(String))
  const written = [...node.entries.keys()].filter((key) => keys.includes(key))
  const choice = `one of ${quotedList(keys)}`
  if (written.length === 1) {
    const variant = variants.find((candidate) => candidate.required?.[0] === written[0])
    return variant === undefined ? [] : checkObject(node, variant, path)
  }
  const candidates = [...node.entries.keys()].map((key) => nearestSpelling(key, keys))
  const message =
    written.length === 0
      ? `${place(path)} does not say which kind it is.`
      : `${place(path)} says ${quotedList(written)} at once.`
  const nearest = written.length === 0 ? candidates.find((candidate) => candidate !== undefined) : undefined
  return [faultAt(node.at, { code: 'STACK_KEY_MISSING', message, expected: choice, nearest })]
}

function checkObject(node: LocatedMap, schema: TObject, path: string): readonly Fault[] {
  const known = Object.keys(schema.properties)
  const faults: Fault[] = []
  for (const [key, entry] of node.entries) {
    const property = Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined
    if (property === undefined) faults.push(faultAt(entry.keyAt, unknownKey(key, known, path)))
    else faults.push(...checkNode(entry.value, property, join(path, key)))
  }
  for (const key of schema.required ?? []) {
    if (node.entries.has(key)) continue
    const message = `${place(path)} has no "${key}".`
    faults.push(faultAt(node.at, { code: 'STACK_KEY_MISSING', message, expected: `"${key}"` }))
  }
  return faults
}

function checkRecord(node: LocatedMap, schema: TRecord, path: string): readonly Fault[] {
  const [pattern, valueSchema] = Object.entries(schema.patternProperties)[0] ?? []
  if (pattern === undefined || valueSchema === undefined) return []
  return [...node.entries].flatMap(([key, entry]) => {
    if (new RegExp(pattern).test(key)) return checkNode(entry.value, valueSchema, join(path, key))
    const message = `${quoted(key)} cannot be a name in ${place(path)}.`
    const nearest = pattern === NAME ? nameMeant(key) : undefined
    return [faultAt(entry.keyAt, { code: 'STACK_VALUE_INVALID', message, expected: nameExpectation(pattern), nearest })]
  })
}

function unknownKey(key: string, known: readonly string[], path: string): FaultWords {
  const nearest = nearestSpelling(key, known)
  const expected = `one of ${quotedList(known)}`
  return { code: 'STACK_KEY_UNKNOWN', message: `${place(path)} knows no key ${quoted(key)}.`, expected, nearest }
}

function wrongValue(node: Located, schema: TSchema, path: string): Fault {
  const reference = node.kind === 'map' ? meantAsReference([...node.entries.keys()]) : undefined
  if (reference !== undefined) return faultAt(node.at, { code: 'STACK_VALUE_INVALID', ...unquotedWords(reference) })
  const value = node.kind === 'scalar' ? scalarWords(node) : `a ${node.kind}`
  const written = typeof plainValue(node) === 'string' ? String(plainValue(node)) : undefined
  const nearest = written === undefined ? undefined : nearestValue(written, schema)
  const message = `${place(path)} cannot be ${value}.`
  const run = written !== undefined && isRunSchema(schema) ? runMeant(written) : undefined
  const expected = run === undefined ? expectation(schema) : `a map that says how it runs, as in ${run}`
  return faultAt(node.at, { code: 'STACK_VALUE_INVALID', message, expected, nearest })
}

function nearestValue(written: string, schema: TSchema): string | undefined {
  if (IsString(schema) && 'pattern' in schema && schema.pattern === NAME) return nameMeant(written)
  return nearestSpelling(written, enumWords(schema))
}

function enumWords(schema: TSchema): readonly string[] {
  if (IsUnion(schema)) return schema.anyOf.flatMap(enumWords)
  return IsEnum(schema) ? schema.enum.map(String) : []
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

function place(path: string): string {
  return path === '' ? 'The stack file' : quoted(path)
}

function scalarWords({ value, written }: LocatedScalar): string {
  return typeof value === 'string' ? quoted(value) : (written ?? String(value))
}
