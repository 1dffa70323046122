import { formatPortRange, type PortRange, parsePortRange, rangeSize, TRANSPORTS } from '@portolan/ports'
import { type ClaimFilter, type RegistryEvent, requestInvalid } from '@portolan/registry'
import Type, { type Static } from 'typebox'
import { type Caller, coversAll, coversProject } from './caller.ts'
import { chosenHost } from './chosen-host.ts'
import { CLAIM_SCHEMA, claimsSeenBy, HOLDER_SCHEMA, holderAnswer, ownFilter } from './claim-answer.ts'
import { answerOf, FIELDS, inputOf, MOMENT, NUMBER, SUCCESS } from './fields.ts'
import { defineOperation } from './operation.ts'

const OBSTACLE_SCHEMA = Type.Object(
  {
    port: FIELDS.port,
    reason: Type.String({ description: 'Such as `claimed`, `seen`, `quarantined`, `blocked`, `browser-refused`.' }),
    because: Type.String({ description: 'Who or what it is; empty where the reason says all.' }),
    holder: Type.Optional(HOLDER_SCHEMA),
  },
  { title: 'Obstacle', description: 'What stands in the way of a port.' },
)

/** Without the default of a need: nothing said is both. */
const EITHER_TRANSPORT = Type.Enum(TRANSPORTS, { description: '`tcp` or `udp`; both unless said.' })

export const portCheck = defineOperation({
  name: 'port_check',
  title: 'Check ports',
  summary:
    'Whether ports could be allocated now, and what stands in the way, of at most 1,000 at once. Unknown never means free.',
  input: inputOf({
    ports: FIELDS.ports,
    host: Type.Optional(FIELDS.host),
    transport: Type.Optional(FIELDS.transport),
    project: Type.Optional(FIELDS.project),
  }),
  output: answerOf({
    state: Type.Enum(['free', 'taken', 'unknown']),
    isFree: Type.Boolean(),
    host: Type.String(),
    ports: FIELDS.ports,
    obstacles: Type.Array(OBSTACLE_SCHEMA),
  }),
  role: 'read',
  effect: 'reads',
  isIdempotent: true,
  refusals: ['REGISTRY_HOST_MISSING', 'PORTS_RANGE_INVALID'],
  run: async (input, context) => {
    const { ports: _ports, ...rest } = input
    const range = checkedRange(input.ports)
    const host = await chosenHost(input, context)
    const { state, obstacles } = await context.registry.check({ ...rest, host, range }, { signal: context.signal })
    const told = obstacles.map(({ port, reason, because, claim }) => ({
      port,
      reason,
      because,
      ...(claim === undefined ? {} : { holder: holderAnswer(claim) }),
    }))
    return { ...SUCCESS, state, isFree: state === 'free', host, ports: formatPortRange(range), obstacles: told }
  },
})

/** Each port that is not free is told with its reason, so an answer about all of them would be one of megabytes. */
const CHECK_LIMIT = 1_000

function checkedRange(ports: string): PortRange {
  const range = parsePortRange(ports)
  if (rangeSize(range) <= CHECK_LIMIT) return range
  throw requestInvalid([{ field: 'ports', expected: `at most ${CHECK_LIMIT} ports: ask for a part of them at a time` }])
}

export const portList = defineOperation({
  name: 'port_list',
  title: 'List ports',
  summary:
    'All claims, or those of a project, an environment, a host or a port. By what is not told of others, only own ones.',
  input: inputOf({
    project: Type.Optional(FIELDS.project),
    environment: Type.Optional(FIELDS.environment),
    kind: Type.Optional(Type.String({ description: 'Such as `app`, `db`, `redis`.' })),
    purpose: Type.Optional(Type.String({ description: 'Such as `main`.' })),
    transport: Type.Optional(EITHER_TRANSPORT),
    host: Type.Optional(Type.String({ description: 'The machine.' })),
    port: Type.Optional(FIELDS.port),
    labels: Type.Optional(FIELDS.labels),
    state: Type.Optional(
      Type.Enum(['live', 'released', 'any'], { default: 'live', description: 'Whether it is still held.' }),
    ),
    limit: Type.Optional(FIELDS.limit),
    after: Type.Optional(FIELDS.after),
  }),
  output: answerOf({
    claims: Type.Array(CLAIM_SCHEMA, { description: 'Those that the caller may see in full.' }),
    others: Type.Array(HOLDER_SCHEMA, {
      description: "Those of others, as far as the caller's key lets them be seen.",
    }),
    next: Type.Optional(Type.Integer({ description: 'The `after` of the next page; missing on the last one.' })),
  }),
  role: 'read',
  effect: 'reads',
  isIdempotent: true,
  refusals: [],
  run: async ({ limit, after, ...filter }, { registry, caller, signal }) => {
    const page = { ...(limit === undefined ? {} : { limit }), ...(after === undefined ? {} : { after }), signal }
    const { claims, next } = await registry.listClaims(filterFor(caller, filter), page)
    return { ...SUCCESS, ...claimsSeenBy(caller, claims), ...(next === undefined ? {} : { next }) }
  },
})

/** By what is not told of others' claims nobody finds them either: a page's length, or its end, would tell it. */
function filterFor(caller: Caller, filter: ClaimFilter): ClaimFilter {
  const { environment, kind, purpose, labels, state = 'live' } = filter
  const isTelling = [environment, kind, purpose, labels].some((wanted) => wanted !== undefined) || state !== 'live'
  return isTelling ? ownFilter(caller, filter) : filter
}

const EVENT_SCHEMA = Type.Object(
  {
    id: Type.Integer(),
    at: MOMENT,
    type: Type.String({ description: 'Such as `allocated`, `released`, `taken-over`, `slots-changed`.' }),
    host: Type.Optional(Type.String()),
    project: Type.Optional(Type.String()),
    environment: Type.Optional(Type.String()),
    ports: Type.Optional(FIELDS.ports),
    claimId: Type.Optional(Type.Integer()),
    actor: Type.Optional(Type.String({ description: "Missing for another project's events, as the rest is." })),
    reason: Type.Optional(Type.String()),
    token: Type.Optional(Type.Integer()),
    details: Type.Optional(Type.Unknown()),
  },
  { title: 'Event', description: 'One line of the history.' },
)

export const portHistory = defineOperation({
  name: 'port_history',
  title: 'History of ports',
  summary: 'Who took a port, when, and why; the newest first.',
  input: inputOf({
    host: Type.Optional(Type.String({ description: 'The machine.' })),
    project: Type.Optional(FIELDS.project),
    port: Type.Optional(FIELDS.port),
    transport: Type.Optional(EITHER_TRANSPORT),
    claimId: Type.Optional(Type.Integer({ ...NUMBER, description: 'The number of a claim.' })),
    limit: Type.Optional(FIELDS.limit),
    after: Type.Optional(FIELDS.after),
  }),
  output: answerOf({
    events: Type.Array(EVENT_SCHEMA),
    next: Type.Optional(Type.Integer({ description: 'The `after` of the next page; missing on the last one.' })),
  }),
  role: 'read',
  effect: 'reads',
  isIdempotent: true,
  refusals: [],
  run: async ({ limit, after, ...filter }, { registry, caller, signal }) => {
    const page = { ...(limit === undefined ? {} : { limit }), ...(after === undefined ? {} : { after }), signal }
    const { events, next } = await registry.listEvents(filter, page)
    const told = events.map((event) => eventAnswer(event, caller))
    return { ...SUCCESS, events: told, ...(next === undefined ? {} : { next }) }
  },
})

/** Of others: that it was, where, and whose. */
function eventAnswer(event: RegistryEvent, caller: Caller): Static<typeof EVENT_SCHEMA> {
  const { id, at, type, actor, reason, host, claim, token, details } = event
  const where = host === undefined ? {} : { host }
  const whose =
    claim === undefined ? {} : { project: claim.project, ports: formatPortRange(claim.range), claimId: claim.id }
  const seen = { id, at: at.toISOString(), type, ...where, ...whose }
  if (claim === undefined ? !coversAll(caller) : !coversProject(caller, claim.project)) return seen
  const environment = claim === undefined ? {} : { environment: claim.environment }
  const said = { ...(reason === undefined ? {} : { reason }), ...(token === undefined ? {} : { token }) }
  return { ...seen, ...environment, actor, details, ...said }
}
