import { mapParts, type Part } from './component-schemas.ts'
import { listOperations, type OpenApiDocument, type Operation, parseDocument } from './document.ts'
import { operationTwice } from './errors.ts'

/** One service's document, by the service's name. */
export interface ServiceDocument {
  readonly service: string
  readonly document: OpenApiDocument
}

export interface MergeOptions {
  readonly title: string
  readonly description: string
  readonly version: string
  /** Where all of it is served: an origin, or `/` for wherever the document came from. */
  readonly serverUrl: string
}

/**
 * One document of many: their operations in the order of the services, their tags once each, their components side by
 * side. What two services call by the same name and mean differently gets the service's name in front, in all of them,
 * so that the outcome does not depend on the order; so do operationIds.
 * @throws OPENAPI_OPERATION_TWICE
 */
export function mergeDocuments(documents: readonly ServiceDocument[], options: MergeOptions): OpenApiDocument {
  const { serverUrl, ...info } = options
  const renamed = withUniqueComponents(documents)
  const tags = new Map(renamed.flatMap(({ document }) => (document.tags ?? []).map((tag) => [tag.name, tag] as const)))
  const components: Record<string, Record<string, unknown>> = {}
  for (const { document } of renamed) {
    for (const [kind, parts] of Object.entries(document.components ?? {})) {
      components[kind] = { ...components[kind], ...parts }
    }
  }
  return {
    openapi: '3.1.0',
    info,
    servers: [{ url: serverUrl }],
    tags: [...tags.values()],
    paths: mergePaths(renamed),
    components,
  }
}

function mergePaths(documents: readonly ServiceDocument[]): OpenApiDocument['paths'] {
  const isTwice = nonUnique(documents.flatMap(({ document }) => listOperations(document)).map(idOf))
  const sources = new Map<string, string>()
  const paths: OpenApiDocument['paths'] = {}
  for (const { service, document } of documents) {
    for (const { path, method, operation } of listOperations(document)) {
      const name = `${method.toUpperCase()} ${path}`
      const other = sources.get(name)
      if (other !== undefined) throw operationTwice(name, [other, service])
      sources.set(name, service)
      const { operationId } = operation
      const security = operation.security ?? document.security ?? []
      const id = isTwice.has(operationId) ? service + capitalised(operationId) : operationId
      paths[path] = { ...paths[path], [method]: { ...operation, operationId: id, security } }
    }
  }
  return paths
}

function idOf({ operation }: { readonly operation: Operation }): string {
  return operation.operationId
}

/** Renames in each document the components whose names mean something else in another one. */
function withUniqueComponents(documents: readonly ServiceDocument[]): readonly ServiceDocument[] {
  const isAmbiguous = findAmbiguous(documents.flatMap(({ document }) => listComponents(document)))
  return documents.map(({ service, document }) => ({ service, document: renamedIn(document, service, isAmbiguous) }))
}

/** A component that reads the same everywhere and refers to an ambiguous one means different things as well. */
function findAmbiguous(components: readonly { readonly pointer: string; readonly value: unknown }[]) {
  const ambiguous = new Set<string>()
  const meanings = new Map<string, string>()
  const isTwice = nonUnique(components.map(({ pointer }) => pointer))
  for (const { pointer, value } of components) {
    const meaning = JSON.stringify(value)
    if ((meanings.get(pointer) ?? meaning) !== meaning) ambiguous.add(pointer)
    meanings.set(pointer, meaning)
  }
  for (let before = -1; before < ambiguous.size; ) {
    before = ambiguous.size
    for (const { pointer, value } of components) {
      if (isTwice.has(pointer) && listRefs(value).some((ref) => ambiguous.has(ref))) ambiguous.add(pointer)
    }
  }
  return (pointer: string) => ambiguous.has(pointer)
}

function listRefs(value: unknown): readonly string[] {
  const refs: string[] = []
  mapParts(value, (part) => {
    if (typeof part.$ref === 'string') refs.push(part.$ref)
    return part
  })
  return refs
}

function listComponents({ components = {} }: OpenApiDocument) {
  return Object.entries(components).flatMap(([kind, parts]) =>
    Object.entries(parts).map(([name, value]) => ({ kind, name, value, pointer: pointerOf(kind, name) })),
  )
}

function pointerOf(kind: string, name: string): string {
  return `#/components/${kind}/${name}`
}

function renamedIn(document: OpenApiDocument, service: string, isAmbiguous: (pointer: string) => boolean) {
  const newName = (kind: string, name: string) =>
    isAmbiguous(pointerOf(kind, name)) ? capitalised(service) + capitalised(name) : name
  const pointers = new Map(
    listComponents(document).map(({ kind, name, pointer }) => [pointer, pointerOf(kind, newName(kind, name))]),
  )
  const withNewRefs = mapParts(document, (part) => withNewRef(part, pointers))
  const { components = {}, ...rest } = parseDocument(withNewRefs, service)
  const kinds = Object.entries(components).map(([kind, parts]) => {
    return [kind, Object.fromEntries(Object.entries(parts).map(([name, value]) => [newName(kind, name), value]))]
  })
  return renamedSecurity({ ...rest, components: Object.fromEntries(kinds) }, (name) => newName('securitySchemes', name))
}

function withNewRef(part: Part, pointers: ReadonlyMap<string, string>): Part {
  const { $ref } = part
  return typeof $ref === 'string' ? { ...part, $ref: pointers.get($ref) ?? $ref } : part
}

/** Security refers to its schemes by name and not by reference. */
function renamedSecurity(document: OpenApiDocument, newName: (name: string) => string): OpenApiDocument {
  const rename = (security: NonNullable<OpenApiDocument['security']>) =>
    security.map((needs) => Object.fromEntries(Object.entries(needs).map(([name, scopes]) => [newName(name), scopes])))
  for (const { operation } of listOperations(document)) {
    if (operation.security !== undefined) operation.security = rename(operation.security)
  }
  return document.security === undefined ? document : { ...document, security: rename(document.security) }
}

function nonUnique(texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.filter((text, index) => texts.indexOf(text) !== index))
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
