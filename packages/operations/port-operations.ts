import { type PortRange, parsePortRange, portRange } from '@portolan/ports'
import { requestInvalid, type WantedShape } from '@portolan/registry'
import Type, { type Static } from 'typebox'
import { authorshipOf } from './authorship.ts'
import { requireRole } from './caller.ts'
import { chosenHost } from './chosen-host.ts'
import { AUTHORED, DEFAULT_KIND, FIELDS, inputOf } from './fields.ts'
import { namedClaim } from './named-claim.ts'
import { defineOperation } from './operation.ts'
import { PORTS_ANSWER, portsAnswer } from './port-answer.ts'

/** For what ports are needed: the same need gets the same claim. */
const NEED = {
  project: FIELDS.project,
  environment: FIELDS.environment,
  kind: Type.Optional(FIELDS.kind),
  purpose: Type.Optional(FIELDS.purpose),
  transport: Type.Optional(FIELDS.transport),
  host: Type.Optional(FIELDS.host),
} as const

export const portGet = defineOperation({
  name: 'port_get',
  title: 'Get ports',
  summary: 'The ports that a project holds for an environment, as blue and green.',
  input: inputOf(NEED),
  output: PORTS_ANSWER,
  role: 'read',
  effect: 'reads',
  isIdempotent: true,
  refusals: ['REGISTRY_PROJECT_MISSING'],
  projectOf: ({ project }) => project,
  run: async (input, context) => {
    const { claim } = await namedClaim(input, context)
    return portsAnswer({ claim, isNew: false })
  },
})

const ALLOCATE_INPUT = inputOf({
  ...NEED,
  shape: Type.Optional(FIELDS.shape),
  portCount: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 65_535, description: 'How many ports in a row; for the shape `range`.' }),
  ),
  labels: Type.Optional(FIELDS.labels),
  leaseMs: Type.Optional(FIELDS.leaseMs),
  explain: Type.Optional(Type.Boolean({ description: 'Say also what was passed over, and why.' })),
  evenIfUnknown: Type.Optional(
    Type.Boolean({ description: 'Trust the claims alone when an observer of the host does not answer.' }),
  ),
  ...AUTHORED,
})

export const portAllocate = defineOperation({
  name: 'port_allocate',
  title: 'Allocate ports',
  summary:
    'Claims the lowest free ports of a band for a project: a pair for blue and green unless another shape is asked for. Who asks again gets what it has.',
  input: ALLOCATE_INPUT,
  output: PORTS_ANSWER,
  role: 'allocate',
  effect: 'adds',
  isIdempotent: true,
  refusals: [
    'REGISTRY_BAND_FULL',
    'REGISTRY_BAND_MISSING',
    'REGISTRY_HOST_MISSING',
    'REGISTRY_HOST_UNKNOWN',
    'REGISTRY_CLAIM_EXISTS',
    'REGISTRY_QUOTA_REACHED',
    'REGISTRY_IDEMPOTENCY_CONFLICT',
  ],
  projectOf: ({ project }) => project,
  run: async (input, context) => {
    const { registry, caller, signal } = context
    const { shape: _shape, portCount: _portCount, actor: _actor, kind = DEFAULT_KIND, ...need } = input
    const host = await chosenHost(input, context)
    const request = { ...need, host, kind, shape: wantedShape(input), ...authorshipOf(input, caller) }
    return portsAnswer(await registry.allocate(request, { signal }))
  },
})

function wantedShape({ shape, portCount }: Static<typeof ALLOCATE_INPUT>): WantedShape {
  if (portCount === undefined) {
    if (shape === 'range') throw requestInvalid([{ field: 'portCount', expected: 'given for a range' }])
    return shape ?? 'pair'
  }
  if (shape === undefined || shape === 'range') return { portCount }
  throw requestInvalid([{ field: 'portCount', expected: `left out for a ${shape}` }])
}

const REGISTER_INPUT = inputOf({
  ...NEED,
  ports: Type.Optional(FIELDS.ports),
  blue: Type.Optional(Type.Integer({ description: 'The even port of a pair, in place of `ports`.' })),
  green: Type.Optional(Type.Integer({ description: 'The odd port after it, if it is to be said.' })),
  shape: Type.Optional(FIELDS.shape),
  labels: Type.Optional(FIELDS.labels),
  leaseMs: Type.Optional(FIELDS.leaseMs),
  evenIfOutOfBand: Type.Optional(
    Type.Boolean({ description: 'For what is there already, outside of its band. Needs the role `admin`.' }),
  ),
  ...AUTHORED,
})

export const portRegister = defineOperation({
  name: 'port_register',
  title: 'Register ports',
  summary: 'Claims exactly these ports for a project, whether something listens there already or not.',
  input: REGISTER_INPUT,
  output: PORTS_ANSWER,
  role: 'allocate',
  effect: 'adds',
  isIdempotent: true,
  refusals: [
    'REGISTRY_CLAIM_OVERLAPS',
    'REGISTRY_PORTS_QUARANTINED',
    'REGISTRY_PORT_OUT_OF_BAND',
    'REGISTRY_PAIR_INVALID',
    'REGISTRY_CLAIM_EXISTS',
    'REGISTRY_QUOTA_REACHED',
    'REGISTRY_BAND_MISSING',
    'REGISTRY_HOST_MISSING',
    'REGISTRY_IDEMPOTENCY_CONFLICT',
    'PORTS_RANGE_INVALID',
    'PORTS_NUMBER_INVALID',
  ],
  projectOf: ({ project }) => project,
  run: async (input, context) => {
    const { registry, caller, signal } = context
    if (input.evenIfOutOfBand === true) requireRole(caller, 'admin', '"evenIfOutOfBand"')
    const { ports: _ports, blue, green: _green, actor: _actor, kind = DEFAULT_KIND, ...need } = input
    const range = registeredRange(input)
    const host = await chosenHost(input, context)
    const shape = blue === undefined ? {} : ({ shape: 'pair' } as const)
    const request = { ...need, ...shape, host, kind, range, ...authorshipOf(input, caller) }
    return portsAnswer(await registry.claim(request, { signal }))
  },
})

/** @throws PORTS_RANGE_INVALID, PORTS_NUMBER_INVALID, REGISTRY_REQUEST_INVALID */
function registeredRange({ ports, blue, green }: Static<typeof REGISTER_INPUT>): PortRange {
  if (ports !== undefined && blue === undefined && green === undefined) return parsePortRange(ports)
  if (ports === undefined && blue !== undefined) return portRange(blue, green ?? blue + 1)
  throw requestInvalid([{ field: 'ports', expected: 'given, or "blue" in its place' }])
}
