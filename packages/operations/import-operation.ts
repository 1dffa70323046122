import Type, { type Static } from 'typebox'
import { CLAIM_SCHEMA } from './claim-answer.ts'
import { AUTHORED, answerOf, FIELDS, inputOf } from './fields.ts'
import { ENTRY_SCHEMA, ENTRY_SHAPES } from './import-fields.ts'
import { defineOperation } from './operation.ts'
import { RULES_FIELD } from './rule-fields.ts'

const CHANGE_SCHEMA = Type.Object({
  file: Type.String(),
  line: Type.Optional(Type.Integer()),
  column: Type.Optional(Type.Integer()),
  says: Type.String(),
  from: FIELDS.ports,
  to: FIELDS.ports,
})
const PLANNED_SCHEMA = Type.Object(
  {
    project: Type.String(),
    environment: Type.String(),
    kind: Type.String(),
    purpose: Type.String(),
    transport: FIELDS.transport,
    shape: Type.Enum(ENTRY_SHAPES),
    outcome: Type.Enum(['held', 'kept', 'moved']),
    ports: FIELDS.ports,
    why: Type.String(),
    changes: Type.Array(CHANGE_SCHEMA, { description: 'Every place that has to say something else.' }),
  },
  { title: 'PlannedNeed', description: 'What becomes of one need.' },
)
const COLLISION_SCHEMA = Type.Object(
  { port: FIELDS.port, transport: FIELDS.transport, wishers: Type.Array(Type.String()) },
  { title: 'Collision', description: 'One port that several want.' },
)

const INPUT = inputOf({
  host: Type.Optional(FIELDS.host),
  entries: Type.Array(ENTRY_SCHEMA, { maxItems: 1_000, description: 'What files say of ports on this host.' }),
  reserved: Type.Optional(
    Type.Array(FIELDS.port, { maxItems: 10_000, description: 'Ports that a file calls used, by nobody knows whom.' }),
  ),
  rules: Type.Optional(RULES_FIELD),
  planHash: Type.Optional(
    Type.String({ description: 'The `hash` of the plan that was shown: apply it, if it is still the same one.' }),
  ),
  evenIfUnknown: Type.Optional(
    Type.Boolean({ default: false, description: 'Plan although not everything that looks at the host answers.' }),
  ),
  reason: AUTHORED.reason,
  actor: AUTHORED.actor,
})
const OUTPUT = answerOf({
  host: Type.String(),
  hash: Type.String({ description: 'Stands for exactly this plan.' }),
  isApplied: Type.Boolean(),
  diff: Type.String({ description: 'The plan as a person reads it.' }),
  keptCount: Type.Integer(),
  movedCount: Type.Integer(),
  needs: Type.Array(PLANNED_SCHEMA),
  collisions: Type.Array(COLLISION_SCHEMA, { description: 'What is wrong before the plan.' }),
  claims: Type.Array(CLAIM_SCHEMA, { description: 'What was claimed; empty as long as it is only a plan.' }),
})

export type ImportInput = Static<typeof INPUT>
export type ImportOutput = Static<typeof OUTPUT>

export const portImport = defineOperation({
  name: 'port_import',
  title: 'Import ports',
  summary:
    'Plans where everything that files say and that runs will be, with the fewest moves; with `planHash`, the hash of ' +
    'a plan that was shown, claims all of it or nothing.',
  input: INPUT,
  output: OUTPUT,
  role: 'admin',
  effect: 'adds',
  isIdempotent: true,
  refusals: [
    'REGISTRY_HOST_MISSING',
    'REGISTRY_PLAN_REFUSED',
    'OPERATIONS_PLAN_CHANGED',
    'RECONCILE_HOST_SILENT',
    'RECONCILE_RULE_INVALID',
    'PORT_FILES_BAND_MISSING',
    'PORT_FILES_BAND_FULL',
    'PORT_FILES_PLAN_TOO_LARGE',
    'PORTS_RANGE_INVALID',
  ],
  run: async (input, context) => {
    // Loaded when it is needed: who only asks a registry elsewhere makes no plans.
    const { importPorts } = await import('./import-ports.ts')
    return importPorts(input, context)
  },
})
