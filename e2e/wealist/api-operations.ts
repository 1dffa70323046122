import { memberOf } from './api-answer.ts'
import type { ApiPerson } from './api-person.ts'
import { listApiPaths } from './wealist-stack.ts'

/** One operation, as the OpenAPI document of its service has it. */
export interface ApiOperation {
  /** Method and path: `GET /api/users/workspaces/{workspaceId}`. */
  readonly call: string
  readonly isSafe: boolean
  /** The parameters of its path. */
  readonly pathParameters: readonly string[]
  /** Those of its path and its query. */
  readonly parameters: readonly string[]
  /** True for one that answers with an event stream, which has no end. */
  readonly isStream: boolean
  /** What the document says of who may ask: everybody, a signed-in person alone, or a token with this scope too. */
  readonly access: string
}

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete'] as const

/** Every operation that the gateway leads to, from the documents of all services in the stack file. */
export async function listApiOperations(person: ApiPerson): Promise<readonly ApiOperation[]> {
  const paths = await listApiPaths()
  const documents = await Promise.all(paths.map((path) => person.get(`${path}/openapi.json`)))
  return documents.flatMap((document) => operationsOf(document.expect(200).value('paths')))
}

function operationsOf(paths: unknown): readonly ApiOperation[] {
  return Object.entries(Object(paths)).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = memberOf(item, method)
      return operation === undefined ? [] : [operationOf(`${method.toUpperCase()} ${path}`, operation)]
    }),
  )
}

function operationOf(call: string, operation: unknown): ApiOperation {
  const declared = memberOf(operation, 'parameters')
  const parameters: readonly unknown[] = Array.isArray(declared) ? declared : []
  const contents = memberOf(memberOf(memberOf(operation, 'responses'), '200'), 'content')
  return {
    call,
    isSafe: /^(GET|HEAD) /.test(call),
    pathParameters: [...call.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name),
    parameters: parameters.map((parameter) => String(memberOf(parameter, 'name'))),
    isStream: memberOf(contents, 'text/event-stream') !== undefined,
    access: accessOf(memberOf(operation, 'security')),
  }
}

function accessOf(security: unknown): string {
  if (!Array.isArray(security) || security.length === 0) return 'public'
  const scopes = security.map((each: unknown) => memberOf(memberOf(each, 'personalToken'), 0))
  const scope = scopes.find((each) => typeof each === 'string')
  return typeof scope === 'string' ? scope : 'session'
}
