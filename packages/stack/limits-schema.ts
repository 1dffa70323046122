import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false } as const

/** Instead of a number: no limit. */
export const OFF = 'off'
const off = Type.Unsafe<typeof OFF>(Type.Enum([OFF]))

const limit = (description: string, maximum = 1_000_000_000) =>
  Type.Optional(
    Type.Union([Type.Integer({ minimum: 1, maximum }), off], { description: `${description} "off" for no limit.` }),
  )
const duration = (description: string) => Type.Optional(Type.Integer({ minimum: 1, maximum: 3_600_000, description }))
const percent = (description: string) => Type.Optional(Type.Integer({ minimum: 0, maximum: 100, description }))

const shareEntries = {
  requestsPerSecond: limit('How many requests a second; more are refused with 429.'),
  burst: limit('How many may come at once after a pause; five seconds’ worth unless said otherwise.'),
  requestsAtOnce: limit('How many requests may be under way. Event streams and WebSockets do not count.'),
  bytesPerSecond: limit('How much content a second, each way. Whoever has more to send waits; nothing is dropped.'),
}

const lasting = limit('How many event streams and WebSockets may be open; 1000 for a client unless said otherwise.')

/** What those who use a route may take together. */
export const shareLimits = Type.Object(shareEntries, { ...closed, description: 'What all of it may take together.' })

const sections = Type.Object(
  {
    client: Type.Optional(
      Type.Object(
        {
          ...shareEntries,
          lasting,
          connections: limit('How many connections one client address may have.'),
          connectionsPerSecond: limit('How many it may open a second.'),
        },
        { ...closed, description: 'What one client address may take; IPv6 addresses count by their /64.' },
      ),
    ),
    workspace: Type.Optional(
      Type.Object({ ...shareEntries, lasting }, { ...closed, description: 'What all of it may take together.' }),
    ),
    route: Type.Optional(shareLimits),
    whole: Type.Optional(
      Type.Object(
        {
          requestsAtOnce: limit('How many requests may be under way; more wait, each workspace or client in its turn.'),
          waiting: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'How many may wait.' })),
          waitMs: duration('How long one waits before it is refused with 503, in milliseconds.'),
          connections: limit('How many connections may be open.'),
        },
        { ...closed, description: 'What the gateway takes on as a whole.' },
      ),
    ),
    slow: Type.Optional(
      Type.Object(
        {
          leastBytesPerSecond: limit('How fast content has to be sent and answers read; 500 unless said otherwise.'),
          graceMs: duration('How much standing still is forgiven, in milliseconds.'),
        },
        {
          ...closed,
          description: 'When a client is too slow to be waited for. Event streams and WebSockets are free of it.',
        },
      ),
    ),
    head: Type.Optional(
      Type.Object(
        {
          bytes: Type.Optional(
            Type.Integer({ minimum: 512, maximum: 1_048_576, description: 'How large the head of a request may be.' }),
          ),
          count: Type.Optional(
            Type.Integer({ minimum: 8, maximum: 2_000, description: 'How many header lines it may have.' }),
          ),
        },
        { ...closed, description: 'What the head of a request may be.' },
      ),
    ),
    shedding: Type.Optional(
      Type.Object(
        {
          lagMs: limit(
            'How late the event loop may be on average before new requests are refused with 503.',
            3_600_000,
          ),
          memoryPercent: limit('How much of the heap and of the memory may be in use before that.', 100),
        },
        { ...closed, description: 'When new requests are refused before time or memory runs out.' },
      ),
    ),
    exempt: Type.Optional(
      Type.Array(Type.String({ pattern: '^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$', examples: ['127.0.0.0/8'] }), {
        description: 'Addresses and networks to which no limit of a client applies; loopback unless said otherwise.',
      }),
    ),
  },
  { ...closed, description: 'What clients, workspaces and routes may take of the gateway.' },
)

/** What of a gateway is limited, and what is written down of its requests. */
export const oversightEntries = {
  limits: Type.Optional(
    Type.Union([sections, off], { description: 'What clients, workspaces and routes may take; "off" for no limits.' }),
  ),
  log: Type.Optional(
    Type.Object(
      {
        sharePercent: percent('How much of the plain requests is written; errors, refusals and slow ones always are.'),
        slowMs: duration('From how long on a request counts as slow, in milliseconds; 1000 unless said otherwise.'),
      },
      { ...closed, description: 'The log of requests.' },
    ),
  ),
  tracing: Type.Optional(
    Type.Object(
      {
        madePercent: percent(
          'For how much of the requests that bring no trace context one is made; 0 unless said otherwise.',
        ),
      },
      { ...closed, description: 'W3C trace context. One that comes is always passed on.' },
    ),
  ),
}

export type WrittenShareLimits = Static<typeof shareLimits>
export type WrittenLimits = Static<typeof sections>
export type WrittenLog = NonNullable<Static<(typeof oversightEntries)['log']>>
export type WrittenTracing = NonNullable<Static<(typeof oversightEntries)['tracing']>>
