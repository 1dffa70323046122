import { formatPortRange } from '@portolan/ports'
import { type Claim, HALVES, isLive, type SlotEvent } from '@portolan/registry'
import Type, { type Static, type TProperties } from 'typebox'
import { authorshipOf } from './authorship.ts'
import { ownFilter, SLOT_SCHEMA, slotsAnswer } from './claim-answer.ts'
import { AUTHORED, answerOf, DEFAULT_GRACE_MS, FIELDS, inputOf, SUCCESS } from './fields.ts'
import { CLAIM_NAMING, type ClaimNaming, namedClaim } from './named-claim.ts'
import { defineOperation, type OperationContext } from './operation.ts'

const SLOTS = {
  claimId: Type.Integer(),
  project: Type.String(),
  environment: Type.String(),
  kind: Type.String(),
  purpose: Type.String(),
  host: Type.String(),
  ports: FIELDS.ports,
  token: Type.Integer({ description: 'To be shown with every change; only grows.' }),
  active: Type.Optional(FIELDS.half),
  blue: SLOT_SCHEMA,
  green: SLOT_SCHEMA,
} as const
const SLOTS_SCHEMA = Type.Object(SLOTS, { title: 'Slots', description: 'Both halves of a pair.' })
const SLOTS_ANSWER = answerOf(SLOTS)

const CHANGE_REFUSALS = [
  'REGISTRY_SLOT_REFUSED',
  'REGISTRY_SLOTS_MISSING',
  'REGISTRY_CLAIM_RELEASED',
  'REGISTRY_CLAIM_MISSING',
  'REGISTRY_PROJECT_MISSING',
  'REGISTRY_NOT_OWNER',
  'REGISTRY_TOKEN_STALE',
  'REGISTRY_TOKEN_NEVER_ISSUED',
  'REGISTRY_IDEMPOTENCY_CONFLICT',
] as const

function slotsOf(claim: Claim): Static<typeof SLOTS_SCHEMA> {
  const { id: claimId, project, environment, kind, purpose, host, range, token, slots } = claim
  const active = HALVES.find((half) => slots[half].state === 'active')
  const named = { claimId, project, environment, kind, purpose, host, ports: formatPortRange(range), token }
  return { ...named, ...(active === undefined ? {} : { active }), ...slotsAnswer(claim) }
}

/** What every change of slots takes, beside what is its own. */
function changeInput<Properties extends TProperties>(properties: Properties) {
  return inputOf({ ...CLAIM_NAMING, token: Type.Optional(FIELDS.token), ...properties, ...AUTHORED })
}

interface ChangeInput extends ClaimNaming {
  readonly token?: number
  readonly actor?: string
  readonly reason?: string
  readonly idempotencyKey?: string
}

async function change(input: ChangeInput, event: SlotEvent, context: OperationContext) {
  const { registry, caller, signal } = context
  const { claim, project } = await namedClaim(input, context)
  const { token = claim.token } = input
  const request = { claimId: claim.id, project, token, event, ...authorshipOf(input, caller) }
  return { ...SUCCESS, ...slotsOf(await registry.changeSlots(request, { signal })) }
}

const CHANGE = {
  output: SLOTS_ANSWER,
  role: 'allocate',
  effect: 'changes',
  refusals: CHANGE_REFUSALS,
  projectOf: ({ project }: ClaimNaming) => project,
} as const

export const slotList = defineOperation({
  name: 'slot_list',
  title: 'List slots',
  summary: 'What runs in the blue and green halves of pairs: version, state, since when, and by whom.',
  input: inputOf({
    project: Type.Optional(FIELDS.project),
    environment: Type.Optional(FIELDS.environment),
    host: Type.Optional(Type.String({ description: 'The machine.' })),
    limit: Type.Optional(FIELDS.limit),
    after: Type.Optional(FIELDS.after),
  }),
  output: answerOf({
    slots: Type.Array(SLOTS_SCHEMA),
    next: Type.Optional(Type.Integer({ description: 'The `after` of the next page; missing on the last one.' })),
  }),
  role: 'read',
  effect: 'reads',
  isIdempotent: true,
  refusals: [],
  projectOf: ({ project }) => project,
  run: async ({ limit, after, ...filter }, { registry, caller, signal }) => {
    const page = { ...(limit === undefined ? {} : { limit }), ...(after === undefined ? {} : { after }), signal }
    const { claims, next } = await registry.listClaims(ownFilter(caller, filter), page)
    const pairs = claims.filter((claim) => isLive(claim) && claim.shape === 'pair')
    return { ...SUCCESS, slots: pairs.map(slotsOf), ...(next === undefined ? {} : { next }) }
  },
})

export const slotDeploy = defineOperation({
  ...CHANGE,
  name: 'slot_deploy',
  title: 'Note a deployment',
  summary: 'Notes that a version is deployed in an empty half, blue first; it is not active yet.',
  input: changeInput({
    version: Type.String({ minLength: 1, description: 'Such as `1.4.0` or a commit.' }),
    half: Type.Optional(FIELDS.half),
  }),
  isIdempotent: false,
  run: (input, context) => {
    const { version, half } = input
    return change(input, { type: 'deploy', version, ...(half === undefined ? {} : { half }) }, context)
  },
})

export const slotPromote = defineOperation({
  ...CHANGE,
  name: 'slot_promote',
  title: 'Promote a deployment',
  summary: 'Makes what is deployed active; what was active goes into grace, the way back.',
  input: changeInput({ half: Type.Optional(FIELDS.half), graceMs: Type.Optional(FIELDS.graceMs) }),
  isIdempotent: false,
  run: (input, context) => {
    const { half, graceMs = DEFAULT_GRACE_MS } = input
    return change(input, { type: 'promote', graceMs, ...(half === undefined ? {} : { half }) }, context)
  },
})

export const slotRollback = defineOperation({
  ...CHANGE,
  name: 'slot_rollback',
  title: 'Roll back',
  summary: 'Makes what is in grace active again, while its grace lasts.',
  input: changeInput({ graceMs: Type.Optional(FIELDS.graceMs) }),
  isIdempotent: false,
  run: (input, context) => change(input, { type: 'rollback', graceMs: input.graceMs ?? DEFAULT_GRACE_MS }, context),
})

export const slotRetire = defineOperation({
  ...CHANGE,
  name: 'slot_retire',
  title: 'Retire the active half',
  summary: 'Sends what is active into grace, with nothing in its place.',
  input: changeInput({ graceMs: Type.Optional(FIELDS.graceMs) }),
  isIdempotent: false,
  run: (input, context) => change(input, { type: 'retire', graceMs: input.graceMs ?? DEFAULT_GRACE_MS }, context),
})

export const slotExpire = defineOperation({
  ...CHANGE,
  name: 'slot_expire',
  title: 'End graces that are over',
  summary: 'Empties each half whose grace is over; nothing else changes.',
  input: changeInput({}),
  isIdempotent: true,
  run: (input, context) => change(input, { type: 'expire' }, context),
})

export const slotClear = defineOperation({
  ...CHANGE,
  name: 'slot_clear',
  title: 'Clear a half',
  summary: 'Empties a half that is not active.',
  input: changeInput({ half: FIELDS.half }),
  effect: 'removes',
  isIdempotent: true,
  run: (input, context) => change(input, { type: 'clear', half: input.half }, context),
})
