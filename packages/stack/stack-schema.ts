import { TRANSPORTS } from '@portolan/ports'
import { type Static, type TSchema, Type } from 'typebox'
import { gatewayEntries } from './gateway-schema.ts'
import { shareLimits } from './limits-schema.ts'
import { NAME, OPENING, RANGE, SQL_NAME, VARIABLE } from './patterns.ts'
import { slotsRun, upstreamEntries } from './upstream-schema.ts'
import { EMBEDDED_PARTS, HOST_KINDS, KEPT_THINGS, PROTOCOLS, REACHES } from './vocabulary.ts'

const closed = { additionalProperties: false } as const

function oneOf<const Values extends readonly string[]>(values: Values, description: string) {
  // The enum's own type forgets which words it holds.
  return Type.Unsafe<Values[number]>(Type.Enum([...values], { description }))
}
const portNumber = (description: string) => Type.Integer({ minimum: 1, maximum: 65535, description })
const name = (description: string) => Type.String({ pattern: NAME, examples: ['board'], description })
const text = (description: string) => Type.String({ minLength: 1, description })
const range = (description: string) => Type.String({ pattern: RANGE, examples: ['50000-50020'], description })
const path = (description: string) => Type.String({ pattern: '^/[^\\s?#]*$', examples: ['/api/boards'], description })
const oneOrMore = <T extends TSchema>(item: T) => Type.Union([item, Type.Array(item, { minItems: 1 })])
const named = <T extends TSchema>(value: T, description: string) =>
  Type.Record(Type.String({ pattern: NAME }), value, { ...closed, description })

const run = Type.Union(
  [
    Type.Object({ module: text('A TypeScript file that exports `service`, hosted with the other modules.') }, closed),
    Type.Object(
      {
        command: text('The program. It is told its ports by environment variables.'),
        args: Type.Optional(
          Type.Array(Type.String(), { description: 'Its arguments; `{port:name}` and `{url:service}` are filled in.' }),
        ),
        folder: Type.Optional(text('Where it runs, from the stack file. The default is the folder of the stack file.')),
      },
      closed,
    ),
    Type.Object(
      {
        container: text('The image, with its tag.'),
        args: Type.Optional(Type.Array(Type.String(), { description: 'What the image is started with.' })),
      },
      closed,
    ),
    Type.Object({ embedded: oneOf(EMBEDDED_PARTS, 'A part that Portolan brings along.') }, closed),
    Type.Object({ external: text('The address that others run it on: `host:port`, or a URL.') }, closed),
    slotsRun,
  ],
  { description: 'How the service runs.' },
)

/** Instead of a number: the registry chooses one, and keeps it for this copy of the stack. */
export const AUTO = 'auto'
const auto = (description: string) => oneOf([AUTO], description)

const portEntries = {
  port: Type.Optional(
    Type.Union(
      [
        portNumber('The number that the service listens on.'),
        auto('A number that the registry chooses, and keeps for this copy of the stack.'),
      ],
      { description: 'The number that the service listens on; "auto" leaves it to the registry.' },
    ),
  ),
  range: Type.Optional(
    Type.Union(
      [
        range('Several numbers, as "50000-50020", both ends included.'),
        auto('Numbers in a row that the registry chooses; "size" says how many.'),
      ],
      { description: 'Several numbers, as "50000-50020"; "auto" with a "size" leaves them to the registry.' },
    ),
  ),
  size: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 65_535, description: 'How many numbers `range: auto` takes.' }),
  ),
  kind: Type.Optional(
    name(
      'The kind of band that a number comes from when a registry gives it, such as "db"; "app" unless said otherwise.',
    ),
  ),
  transport: Type.Optional(oneOrMore(oneOf(TRANSPORTS, 'tcp unless said otherwise.'))),
  reach: Type.Optional(oneOf(REACHES, 'Who may reach it; internal unless said otherwise.')),
  speaks: Type.Optional(oneOrMore(oneOf(PROTOCOLS, 'What speaks there.'))),
  publish: Type.Optional(
    Type.Union([
      portNumber('The number on the host, where a container is published under another one.'),
      range('The range on the host.'),
    ]),
  ),
  nodePort: Type.Optional(
    Type.Union([
      portNumber('The Kubernetes node port.'),
      Type.Object({ tcp: Type.Optional(portNumber('For TCP.')), udp: Type.Optional(portNumber('For UDP.')) }, closed),
    ]),
  ),
  capacity: Type.Optional(
    Type.Object(
      {
        participants: Type.Optional(
          Type.Integer({ minimum: 1, description: 'How many people the range has to carry.' }),
        ),
        portsEach: Type.Optional(
          Type.Union([Type.Integer({ minimum: 1 }), Type.String({ pattern: RANGE, examples: ['2-4'] })], {
            description: 'How many ports one of them takes: a number, or "2-4".',
          }),
        ),
        ports: Type.Optional(
          Type.Union([Type.Integer({ minimum: 1 }), Type.String({ pattern: RANGE, examples: ['2-4'] })], {
            description: 'How many ports that is held to need together.',
          }),
        ),
        streams: Type.Optional(
          Type.Integer({ minimum: 1, description: 'How many streams the range is held to carry.' }),
        ),
      },
      { ...closed, description: 'What the range has to carry; `check` does the sum.' },
    ),
  ),
}
const portObject = Type.Object(portEntries, { ...closed, description: 'A named endpoint.' })
const port = Type.Union([
  portNumber('The number; TCP, internal.'),
  auto('A number that the registry chooses; TCP, internal.'),
  range('A range; TCP, internal.'),
  portObject,
])

const routeObject = Type.Object(
  {
    path: path('The prefix; it matches whole segments.'),
    port: Type.Optional(name('The port it leads to, where the service has several that speak HTTP.')),
    websocket: Type.Optional(Type.Boolean({ description: 'Whether upgrades to WebSocket are let through.' })),
    limits: Type.Optional(shareLimits),
  },
  { ...closed, description: 'A path that the gateway sends here.' },
)
const route = Type.Union([path('The prefix; it matches whole segments.'), routeObject])

const need = Type.Object(
  {
    database: Type.Optional(
      Type.String({
        pattern: SQL_NAME,
        examples: ['board_db'],
        description: 'The database that is made for this service.',
      }),
    ),
    role: Type.Optional(
      Type.String({
        pattern: SQL_NAME,
        examples: ['board_user'],
        description: 'The role that owns it; the database with `_user` unless given.',
      }),
    ),
    redisDb: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 65535, description: 'The number of the Redis database.' }),
    ),
    bucket: Type.Optional(text('The bucket.')),
    prefix: Type.Optional(text('What the names of its objects begin with.')),
    port: Type.Optional(name('The port of the other service, where it has several.')),
    keeps: Type.Optional(Type.Array(oneOf(KEPT_THINGS, 'What is kept there.'), { minItems: 1 })),
  },
  { ...closed, description: 'What is required of the other service.' },
)

const healthObject = Type.Object(
  {
    path: Type.Optional(path('Asked by HTTP; anything below 400 is healthy.')),
    port: Type.Optional(
      Type.Union([name('The port that is asked.'), portNumber('The number that is asked.')], {
        description: 'The port that is asked.',
      }),
    ),
    intervalMs: Type.Optional(
      Type.Integer({ minimum: 50, maximum: 3_600_000, description: 'Between two checks, in milliseconds.' }),
    ),
    timeoutMs: Type.Optional(
      Type.Integer({ minimum: 10, maximum: 600_000, description: 'For one check, in milliseconds.' }),
    ),
    startTimeoutMs: Type.Optional(
      Type.Integer({ minimum: 100, maximum: 3_600_000, description: 'From start to healthy, in milliseconds.' }),
    ),
  },
  { ...closed, description: 'How it is known that the service works. Without a path: a connection is made.' },
)
const health = Type.Union([path('Asked by HTTP; anything below 400 is healthy.'), healthObject])

const metricsObject = Type.Object(
  { path: path('Where the figures are.'), port: Type.Optional(name('The port.')) },
  closed,
)
const metrics = Type.Union([path('Where the figures are, in Prometheus text.'), metricsObject])

const host = Type.Object(
  {
    kind: Type.Optional(
      oneOf(HOST_KINDS, 'machine unless said otherwise; on kubernetes the node ports are the host’s.'),
    ),
    address: Type.Optional(text('Its name or address.')),
    open: Type.Optional(
      Type.Array(Type.String({ pattern: OPENING, examples: ['443/tcp'] }), {
        description: 'All that its firewall lets in, as "443/tcp".',
      }),
    ),
    forwards: Type.Optional(
      Type.Array(
        Type.Object(
          {
            from: Type.String({ pattern: OPENING, examples: ['443/tcp'] }),
            to: portNumber('The first number on this host.'),
          },
          closed,
        ),
        {
          description:
            'What another machine, a router or Kind passes on to this host. Where it is given, nothing else arrives.',
        },
      ),
    ),
    ephemeral: Type.Optional(range('The range that its kernel takes outgoing ports from; Linux: 32768-60999.')),
  },
  { ...closed, description: 'A machine that ports live on.' },
)

const scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()])
// A setting may be a section of its own, as in LiveKit's file, and that one level deeper.
const setting = Type.Union([
  scalar,
  Type.Array(scalar),
  Type.Record(Type.String(), Type.Union([scalar, Type.Array(scalar), Type.Record(Type.String(), scalar)])),
])

const environment = Type.Record(Type.String({ pattern: VARIABLE }), scalar, {
  ...closed,
  description: 'Environment variables; `{port:name}` and `{url:service}` are filled in.',
})
const settings = Type.Record(Type.String({ pattern: NAME }), Type.Record(Type.String(), setting), {
  ...closed,
  description:
    'What its own configuration says, by program ("livekit", "redis"), so that `check` can hold it against the ports.',
})

interface Shapes<P extends TSchema, R extends TSchema, H extends TSchema, M extends TSchema> {
  readonly port: P
  readonly route: R
  readonly health: H
  readonly metrics: M
}

function serviceEntries<P extends TSchema, R extends TSchema, H extends TSchema, M extends TSchema>(
  shapes: Shapes<P, R, H, M>,
) {
  return {
    host: Type.Optional(name('The host it runs on; "local" unless said otherwise.')),
    ports: Type.Optional(named(shapes.port, 'Its ports by name.')),
    routes: Type.Optional(Type.Array(shapes.route, { description: 'What the gateway sends here.' })),
    needs: Type.Optional(named(need, 'The services that have to work first, by name.')),
    health: Type.Optional(shapes.health),
    upstream: Type.Optional(upstreamEntries),
    optional: Type.Optional(Type.Boolean({ description: 'Whether the stack starts without it when it cannot start.' })),
    metrics: Type.Optional(shapes.metrics),
    environment: Type.Optional(environment),
    networks: Type.Optional(Type.Array(name('A network.'), { description: 'The container networks it is on.' })),
    settings: Type.Optional(settings),
  }
}

function bodyEntries<P extends TSchema, R extends TSchema, H extends TSchema, M extends TSchema>(
  shapes: Shapes<P, R, H, M>,
) {
  const entries = serviceEntries(shapes)
  const service = Type.Object({ run, ...entries }, { ...closed, description: 'Anything with a port.' })
  const gateway = Type.Object(
    {
      run: Type.Optional(run),
      ...gatewayEntries,
      ...entries,
    },
    { ...closed, description: 'The reverse proxy in front of the routes; Portolan’s own unless `run` says otherwise.' },
  )
  return {
    hosts: Type.Optional(named(host, 'The machines, by name.')),
    gateway: Type.Optional(gateway),
    services: Type.Optional(named(service, 'The services, by name.')),
  }
}

const written = bodyEntries({ port, route, health, metrics })
const full = bodyEntries({ port: portObject, route: routeObject, health: healthObject, metrics: metricsObject })
const stackName = name('The name of the stack.')
const defaultEnvironment = name('The environment that is meant when none is named.')

/** A stack file without its environments, as people write it: shorthands included. */
export const WRITTEN_STACK = Type.Object(
  { stack: stackName, default: Type.Optional(defaultEnvironment), ...written },
  closed,
)
/** What an environment may say, before an overlay's schema makes everything in it optional and removable. */
export const WRITTEN_BODY = Type.Object(written, closed)
/** The same with every shorthand written out: what overlays are merged in, and what the model is made of. */
export const FULL_STACK = Type.Object({ stack: stackName, default: Type.Optional(defaultEnvironment), ...full }, closed)

export type FullStack = Static<typeof FULL_STACK>
export type FullService = NonNullable<FullStack['services']>[string]
export type FullGateway = NonNullable<FullStack['gateway']>
export type FullHost = NonNullable<FullStack['hosts']>[string]
export type FullPort = Static<typeof portObject>
export type FullRun = Static<typeof run>
export type FullNeed = Static<typeof need>
export type FullRoute = Static<typeof routeObject>
export type FullHealth = Static<typeof healthObject>
export type Setting = Static<typeof setting>
