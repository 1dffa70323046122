import type { RequestFault } from '@portolan/registry'
import Type, { type TSchema } from 'typebox'
import { shortened } from './request-faults.ts'

/** What of an input its schema has no place for. */
export interface StrangeParts {
  readonly faults: readonly RequestFault[]
  /** Nothing more is worth looking for: the schema's own search would take seconds for what is that large. */
  readonly isTooMuch: boolean
}

const FAULT_LIMIT = 20

/** Looks for unknown fields and for more than there may be, and stops after twenty: cheap for whatever somebody sends. */
export function strangePartsOf(schema: TSchema, value: unknown): StrangeParts {
  const search: Search = { faults: [], isTooMuch: false }
  look(search, { schema, value, field: '' })
  return { faults: search.faults, isTooMuch: search.isTooMuch || search.faults.length >= FAULT_LIMIT }
}

interface Search {
  readonly faults: RequestFault[]
  isTooMuch: boolean
}

interface Place {
  readonly schema: TSchema
  readonly value: unknown
  readonly field: string
}

function look(search: Search, { schema, value, field }: Place): void {
  if (search.isTooMuch || search.faults.length >= FAULT_LIMIT) return
  if (typeof value !== 'object' || value === null) return
  const fieldOf = (name: string | number) => (field === '' ? String(name) : `${field}.${name}`)
  if (Type.IsArray(schema) && Array.isArray(value)) {
    if (refuseMore(search, field, { count: value.length, most: limitOf(schema, 'maxItems') })) return
    for (const [index, part] of value.entries())
      look(search, { schema: schema.items, value: part, field: fieldOf(index) })
  } else if (Type.IsRecord(schema)) {
    refuseMore(search, field, { count: Object.keys(value).length, most: limitOf(schema, 'maxProperties') })
  } else if (Type.IsObject(schema)) {
    refuseUnknown(search, { schema, value, field })
    for (const [name, part] of Object.entries(schema.properties)) {
      look(search, { schema: part, value: Reflect.get(value, name), field: fieldOf(name) })
    }
  }
}

function refuseMore(search: Search, field: string, { count, most }: { count: number; most: number }): boolean {
  if (count <= most) return false
  search.faults.push({ field: field || 'body', expected: `at most ${most}` })
  search.isTooMuch = true
  return true
}

function refuseUnknown(search: Search, { schema, value, field }: Place & { readonly value: object }): void {
  if (!Type.IsObject(schema) || Reflect.get(schema, 'additionalProperties') !== false) return
  for (const name in value) {
    if (Object.hasOwn(schema.properties, name)) continue
    const place = field === '' ? shortened(name) : `${field}.${shortened(name)}`
    search.faults.push({ field: place, expected: 'left out: it is not known here' })
    if (search.faults.length >= FAULT_LIMIT) return
  }
}

function limitOf(schema: TSchema, name: 'maxItems' | 'maxProperties'): number {
  const limit: unknown = Reflect.get(schema, name)
  return typeof limit === 'number' ? limit : Infinity
}
