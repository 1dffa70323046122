import { HALVES } from '@portolan/registry'
import Type, { type Static } from 'typebox'
import { CLAIM_SCHEMA } from './claim-answer.ts'
import { AUTHORED, answerOf, FIELDS, inputOf } from './fields.ts'
import { defineOperation } from './operation.ts'
import { RULES_FIELD } from './rule-fields.ts'

const FINDING_SCHEMA = Type.Object(
  {
    code: Type.String({ description: 'Such as `RECONCILE_HELD_BY_ANOTHER`.' }),
    severity: Type.Enum(['error', 'warning', 'note']),
    title: Type.String(),
    ports: Type.Optional(FIELDS.ports),
    transport: FIELDS.transport,
    project: Type.Optional(Type.String()),
    claimId: Type.Optional(Type.Integer()),
    message: Type.String({ description: 'What is so.' }),
    remedy: Type.String({ description: 'What to do.' }),
    evidence: Type.Array(Type.String(), { description: 'What was seen.' }),
  },
  { title: 'HostFinding', description: 'One difference between the claims on a host and what is open there.' },
)
const LEFT_SCHEMA = Type.Object(
  { ports: FIELDS.ports, transport: FIELDS.transport, project: Type.String(), reason: Type.String() },
  { title: 'LeftAlone', description: 'Something that runs and cannot be claimed for its owner.' },
)
const RECORDED_SCHEMA = Type.Object(
  { claimId: Type.Integer(), half: Type.Enum(HALVES), version: Type.String(), isActive: Type.Boolean() },
  { title: 'RecordedSlot', description: 'What runs in a half of a pair, now written into its slot.' },
)
const FLOOR_SCHEMA = Type.Object(
  { token: Type.Integer(), claimId: Type.Integer() },
  { title: 'NumberFloor', description: 'Every token and claim number from now on is above these.' },
)

const INPUT = inputOf({
  host: Type.Optional(FIELDS.host),
  adopt: Type.Optional(Type.Boolean({ default: false, description: 'Claim what runs and nobody has claimed.' })),
  rebuild: Type.Optional(
    Type.Boolean({
      default: false,
      description: 'After the database was lost: adopt from the labels, ended containers too, with higher tokens.',
    }),
  ),
  rules: Type.Optional(RULES_FIELD),
  reason: AUTHORED.reason,
  actor: AUTHORED.actor,
})
const OUTPUT = answerOf({
  host: Type.String(),
  isKnown: Type.Boolean({ description: 'False: an observer was silent, and what is closed is not known.' }),
  findings: Type.Array(FINDING_SCHEMA, { description: 'What is left after adopting.' }),
  adopted: Type.Array(CLAIM_SCHEMA),
  left: Type.Array(LEFT_SCHEMA),
  slots: Type.Array(RECORDED_SCHEMA),
  floor: Type.Optional(FLOOR_SCHEMA),
})

export type SyncInput = Static<typeof INPUT>
export type SyncOutput = Static<typeof OUTPUT>

export const portSync = defineOperation({
  name: 'port_sync',
  title: 'Compare with the host',
  summary:
    'Compares the claims of a host with what is open there; with `adopt` claims what runs and is known by label or ' +
    'rule. Nothing is ever freed.',
  input: INPUT,
  output: OUTPUT,
  role: 'admin',
  effect: 'adds',
  isIdempotent: true,
  refusals: [
    'REGISTRY_HOST_MISSING',
    'REGISTRY_PLAN_REFUSED',
    'RECONCILE_HOST_SILENT',
    'RECONCILE_NUMBER_TOO_HIGH',
    'RECONCILE_RULE_INVALID',
  ],
  run: async (input, context) => {
    // Loaded when it is needed: who only asks a registry elsewhere compares no hosts.
    const { syncHost } = await import('./sync-host.ts')
    return syncHost(input, context)
  },
})
