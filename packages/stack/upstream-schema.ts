import { type Static, Type } from 'typebox'

const closed = { additionalProperties: false } as const

/** The registry's own names, without the `/` that parts project and environment here. */
const SLOT_NAME = '[a-z0-9](?:[a-z0-9._-]{0,98}[a-z0-9])?'
const slotName = (description: string) => Type.String({ pattern: `^${SLOT_NAME}$`, description })

/** `run: { slots: worb/production }`: whatever the registry says is active of that pair. */
export const slotsRun = Type.Object(
  {
    slots: Type.String({
      pattern: `^${SLOT_NAME}/${SLOT_NAME}$`,
      examples: ['worb/production'],
      description:
        'A project and an environment of the registry: the gateway sends requests to what is active of their blue and green halves.',
    }),
    kind: Type.Optional(slotName('What the pair is for in the registry; app unless said otherwise.')),
    purpose: Type.Optional(slotName('Which of several pairs of that kind; main unless said otherwise.')),
    host: Type.Optional(slotName('The host of the pair in the registry, where there are several.')),
    address: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9.:-]+$',
        examples: ['192.0.2.1'],
        description: 'Where that host is reached; what the registry says of it unless given.',
      }),
    ),
  },
  closed,
)

/** How the gateway treats what is behind the routes of a service. */
export const upstreamEntries = Type.Object(
  {
    connections: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000_000,
        description: 'Connections to it at most, WebSockets among them.',
      }),
    ),
    waiting: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 1_000_000,
        description:
          'Requests that may wait for one of the connections, two seconds at most; 128 unless said otherwise.',
      }),
    ),
    holdMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 600_000,
        description:
          'How long a request waits while the service restarts, in milliseconds; 8000 in development and in previews, else 0.',
      }),
    ),
    checkMs: Type.Optional(
      Type.Integer({
        minimum: 50,
        maximum: 3_600_000,
        description: 'How often the gateway asks for the health by itself, in milliseconds; never unless given.',
      }),
    ),
    rollbackMs: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 86_400_000,
        description:
          'Of slots: how long a half that was promoted may give way to the one before it, in milliseconds; 60000 unless said otherwise, 0 for never.',
      }),
    ),
  },
  { ...closed, description: 'How the gateway treats the service behind the routes.' },
)

export type FullUpstream = Static<typeof upstreamEntries>
