import { IsObject, IsRecord, IsUnion, RecordPattern, RecordValue, type TSchema, Type } from 'typebox'
import { NAME } from './patterns.ts'
import { WRITTEN_BODY, WRITTEN_STACK } from './stack-schema.ts'

/**
 * The schema of an overlay on what a schema describes: every key may be left out, and `null` takes it away.
 * Lists and variants (`run`) are replaced whole, so they keep their shape.
 */
function overlayOf(schema: TSchema): TSchema {
  if (IsObject(schema)) {
    const entries = Object.entries(schema.properties).map(
      ([key, value]) => [key, Type.Optional(Type.Union([overlayOf(value), Type.Null()]))] as const,
    )
    return Type.Object(Object.fromEntries(entries), options(schema))
  }
  if (IsRecord(schema)) {
    const pattern = Type.String({ pattern: RecordPattern(schema) })
    return Type.Record(pattern, Type.Union([overlayOf(RecordValue(schema)), Type.Null()]), options(schema))
  }
  // A choice between maps alone is a variant and replaced whole; a shorthand's long form is merged like any map.
  if (IsUnion(schema) && !schema.anyOf.every(IsObject))
    return Type.Union(schema.anyOf.map(overlayOf), description(schema))
  return schema
}

function options(schema: TSchema): { readonly additionalProperties: false; readonly description?: string } {
  return { additionalProperties: false, ...description(schema) }
}

function description(schema: TSchema): { readonly description?: string } {
  const words: unknown = 'description' in schema ? schema.description : undefined
  return typeof words === 'string' ? { description: words } : {}
}

const environments = Type.Record(Type.String({ pattern: NAME }), Type.Union([overlayOf(WRITTEN_BODY), Type.Null()]), {
  additionalProperties: false,
  description: 'What is different in an environment: maps are merged, lists and values replaced, null takes away.',
})

/** A whole stack file, as people write it. */
export const STACK_FILE = Type.Object(
  { ...WRITTEN_STACK.properties, environments: Type.Optional(environments) },
  { additionalProperties: false },
)
