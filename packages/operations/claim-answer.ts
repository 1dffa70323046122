import { formatPortRange } from '@portolan/ports'
import type { Claim, ClaimFilter, Slot, SlotState } from '@portolan/registry'
import Type, { type Static } from 'typebox'
import { type Caller, coversAll, coversProject } from './caller.ts'
import { FIELDS, MOMENT } from './fields.ts'

const SLOT_STATES = ['empty', 'deployed', 'active', 'grace'] as const satisfies readonly SlotState[]
const CLAIM_STATES = ['held', 'leased', 'released'] as const satisfies readonly Claim['state'][]

export const SLOT_SCHEMA = Type.Object(
  {
    state: Type.Enum(SLOT_STATES),
    port: FIELDS.port,
    version: Type.Optional(Type.String()),
    deployedAt: Type.Optional(MOMENT),
    deployedBy: Type.Optional(Type.String()),
    since: Type.Optional(MOMENT),
    changedBy: Type.Optional(Type.String()),
    graceUntil: Type.Optional(MOMENT),
  },
  { title: 'Slot', description: 'What runs in one half of a pair.' },
)

export const CLAIM_SCHEMA = Type.Object(
  {
    id: Type.Integer(),
    host: Type.String(),
    transport: FIELDS.transport,
    ports: FIELDS.ports,
    port: FIELDS.port,
    shape: FIELDS.shape,
    project: Type.String(),
    environment: Type.String(),
    kind: Type.String(),
    purpose: Type.String(),
    labels: FIELDS.labels,
    token: Type.Integer(),
    state: Type.Enum(CLAIM_STATES),
    leaseUntil: Type.Optional(MOMENT),
    releasedAt: Type.Optional(MOMENT),
    quarantineUntil: Type.Optional(MOMENT),
    createdAt: MOMENT,
    createdBy: Type.String(),
    slots: Type.Optional(Type.Object({ blue: SLOT_SCHEMA, green: SLOT_SCHEMA })),
  },
  { title: 'Claim', description: 'A durable, exclusive hold on ports of a host.' },
)
export type ClaimAnswer = Static<typeof CLAIM_SCHEMA>

export const HOLDER_SCHEMA = Type.Object(
  {
    claimId: Type.Integer(),
    host: Type.String(),
    transport: FIELDS.transport,
    ports: FIELDS.ports,
    project: Type.String(),
  },
  { title: 'Holder', description: "As much of another project's claim as is needed to keep out of its way." },
)
export type HolderAnswer = Static<typeof HOLDER_SCHEMA>

export function claimAnswer(claim: Claim): ClaimAnswer {
  const { range, createdAt, id, host, transport, shape, project } = claim
  const { environment, kind, purpose, labels, token, state, createdBy } = claim
  const pair = shape === 'pair' ? { slots: slotsAnswer(claim) } : {}
  const facts = { id, host, transport, shape, project, environment, kind, purpose, token, state, createdBy }
  const ports = { ports: formatPortRange(range), port: range.first }
  return { ...facts, ...ports, labels: { ...labels }, createdAt: createdAt.toISOString(), ...pair, ...momentsOf(claim) }
}

function momentsOf(claim: Claim): Partial<Pick<ClaimAnswer, 'leaseUntil' | 'releasedAt' | 'quarantineUntil'>> {
  if (claim.state === 'leased') return { leaseUntil: claim.leaseUntil.toISOString() }
  if (claim.state === 'held') return {}
  return { releasedAt: claim.releasedAt.toISOString(), quarantineUntil: claim.quarantineUntil.toISOString() }
}

/** Both halves of a pair with their ports. */
export function slotsAnswer({ slots, range }: Claim) {
  return { blue: slotAnswer(slots.blue, range.first), green: slotAnswer(slots.green, range.last) }
}

function slotAnswer(slot: Slot, port: number): Static<typeof SLOT_SCHEMA> {
  if (slot.state === 'empty') return { state: slot.state, port }
  const { state, version, deployedBy, changedBy } = slot
  const moments = { deployedAt: slot.deployedAt.toISOString(), since: slot.since.toISOString() }
  const grace = slot.state === 'grace' ? { graceUntil: slot.graceUntil.toISOString() } : {}
  return { state, port, version, deployedBy, changedBy, ...moments, ...grace }
}

export function holderAnswer({ id, host, transport, range, project }: Claim): HolderAnswer {
  return { claimId: id, host, transport, ports: formatPortRange(range), project }
}

/** The same filter for claims that the caller is good for alone. */
export function ownFilter(caller: Caller, filter: ClaimFilter): ClaimFilter {
  return coversAll(caller) ? filter : { ...filter, projectPatterns: caller.projects }
}

/** Claims as one caller may see them: his own in full. */
export function claimsSeenBy(caller: Caller, claims: readonly Claim[]) {
  const { own = [], foreign = [] } = Object.groupBy(claims, ({ project }) =>
    coversProject(caller, project) ? 'own' : 'foreign',
  )
  return { claims: own.map(claimAnswer), others: foreign.map(holderAnswer) }
}
