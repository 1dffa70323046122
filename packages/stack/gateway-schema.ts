import { Type } from 'typebox'
import { oversightEntries } from './limits-schema.ts'
import { patternHost } from './pattern-host-schema.ts'
import { tls } from './tls-schema.ts'

/** What only the gateway of a stack says, beside what every service may say. */
export const gatewayEntries = {
  ...oversightEntries,
  domains: Type.Optional(
    Type.Array(
      Type.String({ pattern: '^(\\*|(\\*\\.)?[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)*)$', examples: ['app.example.com'] }),
      {
        description:
          'The names that it answers to besides localhost and addresses; "*.example.com" is every name below.',
      },
    ),
  ),
  trustedProxies: Type.Optional(
    Type.Array(Type.String({ pattern: '^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$', examples: ['10.0.0.0/8', '192.0.2.7'] }), {
      description:
        'Addresses or networks of what stands in front, such as a load balancer that ends TLS: what it says in X-Forwarded-For and X-Forwarded-Proto counts, and nobody else is believed.',
    }),
  ),
  workers: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 64,
      description: 'How many processes serve; 1 unless said otherwise. Each needs a core of its own to be of use.',
    }),
  ),
  patternHost: Type.Optional(patternHost),
  tls: Type.Optional(tls),
}
