import Type from 'typebox'
import { authorshipOf } from './authorship.ts'
import { CLAIM_SCHEMA, claimAnswer } from './claim-answer.ts'
import { AUTHORED, answerOf, FIELDS, inputOf, SUCCESS } from './fields.ts'
import { CLAIM_NAMING, namedClaim, namedOrReleasedClaim } from './named-claim.ts'
import { defineOperation } from './operation.ts'

const CHANGE_REFUSALS = [
  'REGISTRY_CLAIM_MISSING',
  'REGISTRY_PROJECT_MISSING',
  'REGISTRY_NOT_OWNER',
  'REGISTRY_TOKEN_STALE',
  'REGISTRY_TOKEN_NEVER_ISSUED',
  'REGISTRY_IDEMPOTENCY_CONFLICT',
] as const

export const portRelease = defineOperation({
  name: 'port_release',
  title: 'Release ports',
  summary: 'Gives a claim back; its ports stay with the project for the quarantine. Releasing twice is no fault.',
  input: inputOf({
    ...CLAIM_NAMING,
    token: Type.Optional(FIELDS.token),
    evenIfInUse: Type.Optional(Type.Boolean({ description: 'Also when something is deployed on it.' })),
    ...AUTHORED,
  }),
  output: answerOf({
    wasReleased: Type.Boolean({ description: 'False when it was released before.' }),
    claim: CLAIM_SCHEMA,
  }),
  role: 'allocate',
  effect: 'removes',
  isIdempotent: true,
  refusals: [...CHANGE_REFUSALS, 'REGISTRY_CLAIM_IN_USE'],
  projectOf: ({ project }) => project,
  run: async (input, context) => {
    const { registry, caller, signal } = context
    const { claim: named, project } = await namedOrReleasedClaim(input, context)
    const { token, evenIfInUse } = input
    const fence = token === undefined ? {} : { token }
    const force = evenIfInUse === undefined ? {} : { evenIfInUse }
    const request = { claimId: named.id, project, ...fence, ...force, ...authorshipOf(input, caller) }
    const { claim, wasReleased } = await registry.release(request, { signal })
    return { ...SUCCESS, wasReleased, claim: claimAnswer(claim) }
  },
})

const CHANGED = answerOf({
  token: Type.Integer({ description: 'To be shown with every change; only grows.' }),
  claim: CLAIM_SCHEMA,
})

export const portRenew = defineOperation({
  name: 'port_renew',
  title: 'Renew a lease',
  summary: 'Lengthens the lease of a claim, from now on; it never shortens one.',
  input: inputOf({ ...CLAIM_NAMING, token: Type.Optional(FIELDS.token), leaseMs: FIELDS.leaseMs, ...AUTHORED }),
  output: CHANGED,
  role: 'allocate',
  effect: 'adds',
  isIdempotent: true,
  refusals: [...CHANGE_REFUSALS, 'REGISTRY_LEASE_EXPIRED', 'REGISTRY_LEASE_MISSING', 'REGISTRY_CLAIM_RELEASED'],
  projectOf: ({ project }) => project,
  run: async (input, context) => {
    const { registry, caller, signal } = context
    const { claim: named, project } = await namedClaim(input, context)
    const { token, leaseMs } = input
    const fence = token === undefined ? {} : { token }
    const request = { claimId: named.id, project, leaseMs, ...fence, ...authorshipOf(input, caller) }
    const claim = await registry.renew(request, { signal })
    return { ...SUCCESS, token: claim.token, claim: claimAnswer(claim) }
  },
})

export const portTakeOver = defineOperation({
  name: 'port_take_over',
  title: 'Take a claim over',
  summary: 'Gives a claim a higher token, so that whoever has an older one is refused from now on.',
  input: inputOf({
    ...CLAIM_NAMING,
    token: Type.Optional(FIELDS.token),
    leaseMs: Type.Optional(FIELDS.leaseMs),
    ...AUTHORED,
  }),
  output: CHANGED,
  role: 'allocate',
  effect: 'changes',
  isIdempotent: false,
  refusals: [...CHANGE_REFUSALS, 'REGISTRY_CLAIM_RELEASED'],
  projectOf: ({ project }) => project,
  run: async (input, context) => {
    const { registry, caller, signal } = context
    const { claim: named, project } = await namedClaim(input, context)
    const { token, leaseMs } = input
    const fence = token === undefined ? {} : { token }
    const lease = leaseMs === undefined ? {} : { leaseMs }
    const request = { claimId: named.id, project, ...fence, ...lease, ...authorshipOf(input, caller) }
    const claim = await registry.takeOver(request, { signal })
    return { ...SUCCESS, token: claim.token, claim: claimAnswer(claim) }
  },
})
