import { describeNeed, ENTRY_SHAPES, formatMovePlan, type PlannedNeed } from '@portolan/port-files'
import { formatPortRange } from '@portolan/ports'
import { requireSeen } from '@portolan/reconcile'
import type { Claim } from '@portolan/registry'
import Type from 'typebox'
import { authorshipOf } from './authorship.ts'
import { chosenHost } from './chosen-host.ts'
import { CLAIM_SCHEMA, claimAnswer } from './claim-answer.ts'
import { planChanged } from './errors.ts'
import { AUTHORED, answerOf, FIELDS, inputOf, SUCCESS } from './fields.ts'
import { hostLookOf, type LookQuestion, RULES_FIELD } from './host-look-of.ts'
import { ENTRY_SCHEMA, entryOf } from './import-fields.ts'
import { type ImportPlan, makeImportPlan } from './import-plan.ts'
import { defineOperation, type OperationContext } from './operation.ts'
import { recordSlots, unrecordedOf } from './record-slots.ts'

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

export const portImport = defineOperation({
  name: 'port_import',
  title: 'Import ports',
  summary:
    'Plans where everything that files say and that runs will be, with the fewest moves; with `planHash`, the hash of ' +
    'a plan that was shown, claims all of it or nothing.',
  input: inputOf({
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
  }),
  output: answerOf({
    host: Type.String(),
    hash: Type.String({ description: 'Stands for exactly this plan.' }),
    isApplied: Type.Boolean(),
    diff: Type.String({ description: 'The plan as a person reads it.' }),
    keptCount: Type.Integer(),
    movedCount: Type.Integer(),
    needs: Type.Array(PLANNED_SCHEMA),
    collisions: Type.Array(COLLISION_SCHEMA, { description: 'What is wrong before the plan.' }),
    claims: Type.Array(CLAIM_SCHEMA, { description: 'What was claimed; empty as long as it is only a plan.' }),
  }),
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
    const host = await chosenHost(input, context)
    const isWatched = context.observersOf({ name: host }).length > 0
    const question = { host, rules: input.rules ?? [] }
    const look = await hostLookOf(question, context)
    // What runs weighs most, so a plan that does not know it whole would move the wrong ones.
    if (isWatched && input.evenIfUnknown !== true) requireSeen(look)
    const { reserved = [], planHash, entries } = input
    const made = await makeImportPlan({ host, look, entries: entries.map(entryOf), reserved }, context)
    if (planHash === undefined) return answer(host, made, undefined)
    if (planHash !== made.hash && !isAppliedAlready(made)) throw planChanged(host, made.hash)
    return answer(host, made, await applyPlan(made, { ...question, ...input, host }, context))
  },
})

/** Asked twice: the first time has claimed it, so there is nothing left to do. */
function isAppliedAlready({ plan }: ImportPlan): boolean {
  return plan.needs.length > 0 && plan.needs.every(({ outcome }) => outcome === 'held')
}

type Applying = LookQuestion & { readonly reason?: string; readonly actor?: string }

async function applyPlan(made: ImportPlan, applying: Applying, context: OperationContext): Promise<readonly Claim[]> {
  const { registry, caller, signal } = context
  const authorship = authorshipOf(applying, caller)
  const steps = made.steps.map((step) => ({ ...step, request: { ...step.request, ...authorship } }))
  const result = steps.length === 0 ? { steps: [] } : await registry.apply({ steps }, { signal })
  const claims = result.steps.map(({ claim }) => claim)
  // Of what was claimed before the import something may run in a half that counts as empty, too.
  await recordSlots(unrecordedOf(await hostLookOf(applying, context)), context)
  return claims
}

function answer(host: string, { plan, hash, collisions }: ImportPlan, claims: readonly Claim[] | undefined) {
  return {
    ...SUCCESS,
    host,
    hash,
    isApplied: claims !== undefined,
    diff: formatMovePlan(plan),
    keptCount: plan.keptCount,
    movedCount: plan.movedCount,
    needs: plan.needs.map(plannedAnswer),
    collisions: collisions.map(({ wishers, ...rest }) => ({ ...rest, wishers: wishers.map(describeNeed) })),
    claims: (claims ?? []).map(claimAnswer),
  }
}

function plannedAnswer({ need, shape, outcome, range, why, changes }: PlannedNeed) {
  return {
    ...need,
    shape,
    outcome,
    ports: formatPortRange(range),
    why,
    changes: changes.map(({ place: { file, line, column, says, ports }, to }) => ({
      file,
      says,
      from: formatPortRange(ports),
      to: formatPortRange(to),
      ...(line === undefined ? {} : { line }),
      ...(column === undefined ? {} : { column }),
    })),
  }
}
