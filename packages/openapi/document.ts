import Type, { type Static } from 'typebox'
import { Check } from 'typebox/value'
import { documentInvalid } from './errors.ts'

/** A JSON Schema of OpenAPI 3.1 (draft 2020-12): what is looked into is looked at where it is needed. */
const SCHEMA = Type.Record(Type.String(), Type.Unknown())
const CONTENT = Type.Record(
  Type.String(),
  Type.Object({ schema: Type.Optional(SCHEMA), examples: Type.Optional(Type.Record(Type.String(), Type.Unknown())) }),
)
const PARAMETER = Type.Object({
  name: Type.String(),
  in: Type.Enum(['path', 'query', 'header', 'cookie']),
  required: Type.Optional(Type.Boolean()),
  description: Type.Optional(Type.String()),
  schema: SCHEMA,
})
const RESPONSE = Type.Object({
  description: Type.String(),
  headers: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  content: Type.Optional(CONTENT),
})
const SECURITY = Type.Array(Type.Record(Type.String(), Type.Array(Type.String())))
const OPERATION = Type.Object({
  operationId: Type.String(),
  summary: Type.String(),
  description: Type.Optional(Type.String()),
  tags: Type.Array(Type.String()),
  parameters: Type.Optional(Type.Array(PARAMETER)),
  requestBody: Type.Optional(Type.Object({ required: Type.Optional(Type.Boolean()), content: CONTENT })),
  responses: Type.Record(Type.String(), RESPONSE),
  security: Type.Optional(SECURITY),
})
const DOCUMENT = Type.Object({
  openapi: Type.String({ pattern: '^3\\.1\\.' }),
  info: Type.Object({ title: Type.String(), version: Type.String(), description: Type.Optional(Type.String()) }),
  servers: Type.Optional(Type.Array(Type.Object({ url: Type.String(), description: Type.Optional(Type.String()) }))),
  tags: Type.Optional(Type.Array(Type.Object({ name: Type.String(), description: Type.Optional(Type.String()) }))),
  paths: Type.Record(Type.String(), Type.Record(Type.String(), OPERATION)),
  components: Type.Optional(Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()))),
  security: Type.Optional(SECURITY),
})

/** An OpenAPI 3.1 document, as far as our services write one. */
export type OpenApiDocument = Static<typeof DOCUMENT>
export type Operation = Static<typeof OPERATION>

/**
 * @param source whose document it is, for the message
 * @throws OPENAPI_DOCUMENT_INVALID
 */
export function parseDocument(value: unknown, source: string): OpenApiDocument {
  if (Check(DOCUMENT, value)) return value
  throw documentInvalid(source)
}

/** Every operation of a document, in its order. */
export function listOperations({ paths }: OpenApiDocument) {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method, operation })),
  )
}
