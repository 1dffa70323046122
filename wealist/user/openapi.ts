import swagger from '@fastify/swagger'
import type { App } from '@portolan/service'
import Type, { type TProperties } from 'typebox'

/** A body that has these properties and no others: a misspelt one is refused, not ignored. */
export function bodyOf<Properties extends TProperties>(properties: Properties) {
  return Type.Object(properties, { additionalProperties: false })
}

/** RFC 9457, as every refusal is answered. */
const PROBLEM_SCHEMA = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  code: Type.String({ description: 'Stable: decide by it.' }),
  requestId: Type.String(),
  details: Type.Optional(
    Type.Object({
      faults: Type.Optional(
        Type.Array(Type.Object({ field: Type.String(), reason: Type.String(), rule: Type.Optional(Type.String()) })),
      ),
    }),
  ),
})

const PROBLEMS = {
  '4xx': { description: 'Refused', content: { 'application/problem+json': { schema: PROBLEM_SCHEMA } } },
  '5xx': { description: 'Failed', content: { 'application/problem+json': { schema: PROBLEM_SCHEMA } } },
}

/** Describes the routes that are added afterwards and carry a tag, from the schemas that validate them. */
export async function addOpenApi(app: App, { publicOrigin }: { readonly publicOrigin: string }): Promise<void> {
  await app.register(swagger, {
    hideUntagged: true,
    openapi: {
      openapi: '3.1.0',
      info: { title: 'weAlist: people and workspaces', version: '1.0.0' },
      servers: [{ url: publicOrigin }],
      components: {
        securitySchemes: {
          cookie: { type: 'apiKey', in: 'cookie', name: '__Host-wealist-access' },
          bearer: { type: 'http', scheme: 'bearer', description: 'An access token, or a personal access token.' },
        },
      },
      security: [{ cookie: [] }, { bearer: [] }],
    },
  })
  app.addHook('onRoute', (route) => {
    const { schema, config } = route
    if (schema?.tags === undefined) return
    const access = config?.access ?? 'caller'
    route.schema = {
      ...schema,
      response: { ...Object(schema.response), ...PROBLEMS },
      ...(access === 'public' || access === 'optional' ? { security: [{}, { cookie: [] }, { bearer: [] }] } : {}),
    }
  })
  app.get('/api/users/openapi.json', { config: { access: 'public' } }, () => app.swagger())
}
