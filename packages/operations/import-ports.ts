import { describeNeed, formatMovePlan, type PlannedNeed } from '@portolan/port-files'
import { formatPortRange } from '@portolan/ports'
import { requireSeen } from '@portolan/reconcile'
import type { Claim } from '@portolan/registry'
import { authorshipOf } from './authorship.ts'
import { chosenHost } from './chosen-host.ts'
import { claimAnswer } from './claim-answer.ts'
import { planChanged } from './errors.ts'
import { SUCCESS } from './fields.ts'
import { hostLookOf, type LookQuestion } from './host-look-of.ts'
import { entryOf } from './import-fields.ts'
import type { ImportInput, ImportOutput } from './import-operation.ts'
import { type ImportPlan, makeImportPlan } from './import-plan.ts'
import type { OperationContext } from './operation.ts'
import { recordSlots, unrecordedOf } from './record-slots.ts'

/** @throws what `port_import` refuses with */
export async function importPorts(input: ImportInput, context: OperationContext): Promise<ImportOutput> {
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
}

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
