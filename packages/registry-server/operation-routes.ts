import {
  type Caller,
  getOperation,
  type LocalDoor,
  OPERATION_NAMES,
  type OperationName,
  pathOf,
} from '@portolan/operations'
import type { App } from '@portolan/service'
import Type from 'typebox'
import { callerOf } from './admission.ts'
import { signalOf } from './leaving.ts'

/** What every operation refuses with, beside its own. */
const REFUSALS = [
  'REGISTRY_REQUEST_INVALID',
  'OPERATIONS_ROLE_MISSING',
  'OPERATIONS_PROJECT_REFUSED',
  'REGISTRY_SERVER_KEY_MISSING',
  'REGISTRY_SERVER_KEY_INVALID',
  'REGISTRY_SERVER_KEY_EXPIRED',
  'REGISTRY_SERVER_KEY_REVOKED',
  'REGISTRY_SERVER_RATE_LIMITED',
  'REGISTRY_STORE_UNAVAILABLE',
  'REGISTRY_OUTCOME_UNKNOWN',
  'REGISTRY_CLOSED',
] as const

export const OPERATION_TAGS: Readonly<Record<string, string>> = Object.freeze({
  port: 'Who holds which ports: claims, alone and as pairs of blue and green.',
  slot: 'What runs in the halves of a pair.',
  host: 'The machines that ports live on.',
  band: 'Which ports are for what.',
  key: 'Who may ask.',
})

/** `POST /api/port/allocate` and so on: every operation by the path that follows from its name. */
export function addOperationRoutes(app: App, doorFor: (caller: Caller) => LocalDoor): void {
  addJsonOfAnyType(app)
  for (const name of OPERATION_NAMES) addOperationRoute(app, name, doorFor)
}

/** They take what many files say, and rules for whole hosts. */
const LARGE: readonly OperationName[] = ['port_import', 'port_sync']
const LARGE_BODY_LIMIT_BYTES = 1_048_576

function addOperationRoute(app: App, name: OperationName, doorFor: (caller: Caller) => LocalDoor): void {
  const { summary, input, output, refusals } = getOperation(name)
  const [tag = ''] = name.split('_')
  app.route({
    method: 'POST',
    url: pathOf(name),
    ...(LARGE.includes(name) ? { bodyLimit: LARGE_BODY_LIMIT_BYTES } : {}),
    schema: {
      tags: [tag],
      operationId: name,
      summary,
      body: input,
      response: { 200: Type.Unsafe<unknown>(output) },
      refusals: [...refusals, ...REFUSALS],
    },
    // The operation reads its input itself, so that every door refuses alike.
    validatorCompiler: () => (value: unknown) => ({ value }),
    serializerCompiler: () => JSON.stringify,
    handler: async (request, reply) => {
      const door = doorFor(callerOf(request))
      return door.perform(name, request.body ?? {}, { signal: signalOf(reply) })
    },
  })
}

/** `curl -d '{…}'` says that its JSON is a form; whatever a body is called here, it is JSON or refused. */
function addJsonOfAnyType(app: App): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  const types = ['application/x-www-form-urlencoded', 'text/plain', '*']
  app.addContentTypeParser(types, { parseAs: 'string' }, parse)
}
