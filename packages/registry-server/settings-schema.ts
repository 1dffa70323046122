import { NAME_PATTERN } from '@portolan/registry'
import Type, { type Static } from 'typebox'

const PORTS = Type.Union([Type.String(), Type.Integer()], { description: '`4100` or `4100-4199`.' })
const PATH = Type.String({ minLength: 1 })
const NAME = Type.String({ pattern: NAME_PATTERN })
const strict = { additionalProperties: false } as const
const DURATION = Type.Integer({ minimum: 0, description: 'Milliseconds.' })

const SSH = Type.Object(
  {
    host: Type.String({ minLength: 1, description: 'A name or an address, as known_hosts has it.' }),
    port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535, default: 22 })),
    user: Type.String({ minLength: 1 }),
    keyFile: Type.Optional(PATH),
    agent: Type.Optional(Type.String({ minLength: 1, description: "The path of an agent's socket." })),
    knownHosts: Type.Optional(
      Type.Array(PATH, { minItems: 1, description: "Files; the user's own and the system's unless said." }),
    ),
  },
  strict,
)

const HOST = Type.Object(
  {
    addresses: Type.Optional(Type.Array(Type.String())),
    ephemeralRange: Type.Optional(PORTS),
    kernel: Type.Optional(Type.Boolean({ description: 'It is this machine: its own sockets are looked at.' })),
    ssh: Type.Optional(SSH),
    engines: Type.Optional(
      Type.Array(
        Type.Union([
          PATH,
          Type.Object({ socket: PATH }, strict),
          Type.Object({ command: Type.Enum(['docker', 'podman']) }, strict),
        ]),
        { description: 'Its container engines: the path of a socket, or over SSH the command of one.' },
      ),
    ),
  },
  strict,
)

const BLOCKED = Type.Union([
  Type.String(),
  Type.Integer(),
  Type.Object(
    {
      ports: PORTS,
      host: Type.Optional(NAME),
      transport: Type.Optional(Type.Enum(['tcp', 'udp'])),
      because: Type.Optional(Type.String()),
    },
    strict,
  ),
])

/** What stands in `registry.yaml`. */
export const SETTINGS_SCHEMA = Type.Object(
  {
    hosts: Type.Optional(Type.Record(NAME, HOST, { additionalProperties: false })),
    bands: Type.Optional(
      Type.Record(NAME, Type.Record(NAME, PORTS, { additionalProperties: false }), {
        additionalProperties: false,
        minProperties: 1,
        description: 'By environment, then by kind. Declared at every start, in place of all that there are.',
      }),
    ),
    blocked: Type.Optional(Type.Array(BLOCKED)),
    quarantineMs: Type.Optional(DURATION),
    sweepEveryMs: Type.Optional(Type.Integer({ minimum: 10 })),
    limits: Type.Optional(
      Type.Object(
        {
          keyPerMinute: Type.Optional(Type.Integer({ minimum: 1 })),
          wrongKeysPerMinute: Type.Optional(Type.Integer({ minimum: 1 })),
          claimsPerProject: Type.Optional(Type.Integer({ minimum: 1, description: 'On each host.' })),
        },
        strict,
      ),
    ),
    mcp: Type.Optional(
      Type.Object(
        { hosts: Type.Optional(Type.Array(Type.String())), origins: Type.Optional(Type.Array(Type.String())) },
        strict,
      ),
    ),
    trustedProxies: Type.Optional(Type.Array(Type.String())),
  },
  strict,
)

export type SettingsText = Static<typeof SETTINGS_SCHEMA>
export type HostText = Static<typeof HOST>
export type BlockedText = Static<typeof BLOCKED>
