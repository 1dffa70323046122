import { type Static, Type } from 'typebox'
import { NAME, WORKSPACE_NAME } from './patterns.ts'

const closed = { additionalProperties: false } as const
export const SHARINGS = ['owner', 'members', 'signed-in', 'public'] as const
type Sharing = (typeof SHARINGS)[number]

const service = (description: string) => Type.String({ pattern: NAME, examples: ['hub'], description })
const sharing = (description: string) => Type.Unsafe<Sharing>(Type.Enum([...SHARINGS], { description }))
const port = (description: string) => Type.Integer({ minimum: 1, maximum: 65_535, description })
const path = (description: string) => Type.String({ pattern: '^/[^\\s?#]*$', description })

const workspace = Type.Object(
  {
    state: Type.Optional(
      Type.Enum(['running', 'starting', 'stopped'], { description: 'running unless said otherwise.' }),
    ),
    address: Type.Optional(Type.String({ minLength: 1, description: 'Its own host name or address.' })),
    local: Type.Optional(Type.Boolean({ description: 'It runs on this machine: loopback is where it is reached.' })),
    owner: Type.Optional(Type.String({ minLength: 1, description: 'The id of the user it belongs to.' })),
    members: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { description: 'Ids of users who work in it.' })),
    team: Type.Optional(
      Type.String({ minLength: 1, description: 'The workspace of the user service whose members work in it.' }),
    ),
    sharing: Type.Optional(sharing('With whom its ports are shared.')),
    ports: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[1-9][0-9]{3,4}$' }),
        Type.Object({ sharing: sharing('With whom this port is shared.') }, closed),
        { ...closed, description: 'What is said of single ports.' },
      ),
    ),
    siblings: Type.Optional(
      Type.Array(Type.Array(port('A port.')), {
        examples: [[[5173, 8000]]],
        description: 'Ports that belong together: pages of one may ask the other, signed in once.',
      }),
    ),
    stackPorts: Type.Optional(
      Type.Array(port('A port.'), {
        description: "Ports of the stack's own services on this machine that a local workspace shows all the same.",
      }),
    ),
  },
  { ...closed, description: 'A workspace.' },
)

export const patternHost = Type.Object(
  {
    domain: Type.String({
      pattern: '^[a-z0-9-]+(\\.[a-z0-9-]+)+$',
      examples: ['hub.example.com', 'hub.localhost'],
      description:
        'Each port is shown at {port}-{workspace} below it. It has a dot, or a browser takes them for strangers.',
    }),
    platform: Type.Optional(
      Type.String({
        pattern: '^https?://[^/\\s]+$',
        examples: ['https://hub.example.com'],
        description: 'The origin where people sign in; the domain itself unless said otherwise.',
      }),
    ),
    signIn: Type.Optional(
      path('The page that signs in, told by ?next= where to go on; /sign-in unless said otherwise.'),
    ),
    auth: service('The service that issues sessions and publishes its keys.'),
    users: Type.Optional(service('The service that knows the members of teams.')),
    directory: Type.Optional(
      Type.Object(
        {
          service: service('The service that is asked.'),
          path: Type.Optional(path('What a name is put behind; /internal/workspaces/ unless said otherwise.')),
        },
        { ...closed, description: 'Who knows the workspaces.' },
      ),
    ),
    workspaces: Type.Optional(
      Type.Record(Type.String({ pattern: WORKSPACE_NAME }), workspace, {
        ...closed,
        description: 'The workspaces by name, where no service knows them.',
      }),
    ),
    sharing: Type.Optional(
      Type.Object(
        {
          default: Type.Optional(sharing('For ports of which nothing is said; owner unless said otherwise.')),
          most: Type.Optional(sharing('More than this no workspace may share; public unless said otherwise.')),
        },
        { ...closed, description: 'With whom ports are shared.' },
      ),
    ),
    deny: Type.Optional(
      Type.Array(port('A port.'), { description: 'Ports that are never shown, beside the usual ones.' }),
    ),
    allow: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1024, maximum: 65_535, description: 'A port.' }), {
        description: 'Ports that are shown, though databases or debuggers usually have them; none below 1024.',
      }),
    ),
  },
  { ...closed, description: 'Shows ports of workspaces at {port}-{workspace}.domain.' },
)

export type PatternHost = Static<typeof patternHost>
