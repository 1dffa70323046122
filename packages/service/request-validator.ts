import type { FastifySchemaCompiler, FastifyTypeProvider } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { type RequestPart, requestInvalid } from './errors.ts'
import { faultsOf } from './fault.ts'
import { convertText } from './text-value.ts'

/** Draws the types of `request.body`, `query`, `params` and `headers` from a route's TypeBox schemas. */
export interface TypeBoxProvider extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown
  serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown
}

const PARTS = ['body', 'querystring', 'params', 'headers'] as const satisfies readonly RequestPart[]

/**
 * Compiles a route's schema. A body is taken as it is, with defaults filled in; the other parts are texts and are
 * converted first. What is refused becomes a SERVICE_REQUEST_INVALID that names each field and reason.
 */
export const compileRequestSchema: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const part = PARTS.find((name) => name === httpPart) ?? 'body'
  const validator = Compile(schema)
  return (given: unknown) => {
    const value = validator.Default(part === 'body' ? given : convertTexts(schema, given))
    if (validator.Check(value)) return { value }
    return { error: requestInvalid(part, faultsOf(validator.Errors(value))) }
  }
}

function convertTexts(schema: TSchema, given: unknown): unknown {
  if (typeof given !== 'object' || given === null) return given
  const properties: unknown = 'properties' in schema ? schema.properties : undefined
  if (typeof properties !== 'object' || properties === null) return given
  const schemas = new Map<string, unknown>(Object.entries(properties))
  const converted = Object.entries(given).map(([name, value]: [string, unknown]) => {
    const property = schemas.get(name)
    const isConvertible = typeof value === 'string' && typeof property === 'object' && property !== null
    return [name, isConvertible ? convertText(property, value) : value]
  })
  return Object.fromEntries(converted)
}
