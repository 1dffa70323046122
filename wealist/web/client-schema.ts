import { listOperations, type OpenApiDocument, type Operation } from '@portolan/openapi'

const HEADER = `// Written by generate-client.ts from what the services say of themselves, and never by hand:
// after a change of a service, \`npm run generate -w wealist/web\`. A test holds it against the services.
// biome-ignore-all format: it is as it was generated
/* oxlint-disable max-lines */
`

/**
 * What an OpenAPI document says, as TypeScript: `Schemas`, the components by name, and `Operations`, by method and
 * path what each takes (`path`, `query`, `body`) and answers. Types alone, so that they weigh nothing in a page.
 */
export function renderClientTypes(document: OpenApiDocument): string {
  const schemas = Object.entries(document.components?.schemas ?? {}).map(([name, schema]) =>
    member(name, typeOf(schema), descriptionOf(schema)),
  )
  const operations = listOperations(document).map(({ method, path, operation }) =>
    member(`'${method.toUpperCase()} ${path}'`, operationType(operation), operation.summary),
  )
  return `${HEADER}
/** What the services answer and take, by name. */
export interface Schemas ${block(schemas)}

/** What can be asked of the services. */
export interface Operations ${block(operations)}
`
}

function operationType({ parameters = [], requestBody, responses }: Operation): string {
  const ofPlace = (place: string) => {
    const ofIt = parameters.filter((parameter) => parameter.in === place)
    const members = ofIt.map(({ name, required, schema, description }) =>
      member(required === true ? name : `${name}?`, typeOf(schema), description),
    )
    const isNeeded = ofIt.some(({ required }) => required === true)
    return members.length === 0 ? [] : [member(isNeeded ? place : `${place}?`, block(members))]
  }
  const body = requestBody === undefined ? [] : [member('body', contentType(requestBody.content))]
  const good = Object.entries(responses).filter(([status]) => status.startsWith('2'))
  const answers = good.map(([, { content }]) => (content === undefined ? 'undefined' : contentType(content)))
  return block([...ofPlace('path'), ...ofPlace('query'), ...body, member('answer', union(answers))])
}

function contentType(content: NonNullable<Operation['requestBody']>['content']): string {
  return union(Object.entries(content).map(([type, { schema }]) => (/json/.test(type) ? typeOf(schema) : 'Blob')))
}

/** The type of a JSON Schema (draft 2020-12), as far as our services use it; `unknown` for the rest. */
function typeOf(schema: unknown): string {
  const { $ref, const: only, enum: values, anyOf, type, items } = membersOf(schema)
  if (typeof $ref === 'string') return `Schemas['${$ref.split('/').at(-1)}']`
  if (only !== undefined) return literal(only)
  if (Array.isArray(values)) return union(values.map(literal))
  if (Array.isArray(anyOf)) return union(anyOf.map(typeOf))
  switch (type) {
    case 'object':
      return objectType(membersOf(schema))
    case 'array':
      return `readonly ${grouped(typeOf(items))}[]`
    case 'integer':
      return 'number'
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
      return type
    default:
      return 'unknown'
  }
}

function objectType({ properties, required, additionalProperties }: Readonly<Record<string, unknown>>): string {
  const names: readonly unknown[] = Array.isArray(required) ? required : []
  const members = Object.entries(membersOf(properties)).map(([name, schema]) =>
    member(names.includes(name) ? name : `${name}?`, typeOf(schema), descriptionOf(schema)),
  )
  if (members.length > 0) return block(members)
  return typeof additionalProperties === 'object'
    ? `Readonly<Record<string, ${typeOf(additionalProperties)}>>`
    : 'object'
}

function union(types: readonly string[]): string {
  const unique = [...new Set(types)]
  return unique.length === 0 ? 'undefined' : unique.join(' | ')
}

function grouped(type: string): string {
  return type.includes(' | ') && !type.startsWith('{') ? `(${type})` : type
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value.replaceAll(/['\\]/g, '\\$&')}'` : JSON.stringify(value)
}

function member(name: string, type: string, comment = ''): string {
  const line = comment.replaceAll(/\s+/g, ' ').replaceAll('*/', '* /').trim()
  return `${line === '' ? '' : `/** ${line} */\n`}readonly ${name}: ${type}`
}

function block(members: readonly string[]): string {
  return `{\n${members.join('\n').replaceAll(/^/gm, '  ')}\n}`
}

function descriptionOf(schema: unknown): string | undefined {
  const { description } = membersOf(schema)
  return typeof description === 'string' ? description : undefined
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}
