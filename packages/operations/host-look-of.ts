import { type HostObservation, observeHost } from '@portolan/observe'
import { type AdoptionRule, type HostLook, lookAtHost } from '@portolan/reconcile'
import { hostMissing } from '@portolan/registry'
import { listEveryClaim } from './every-claim.ts'
import type { OperationContext } from './operation.ts'

export interface LookQuestion {
  readonly host: string
  readonly rules?: readonly AdoptionRule[]
  /** What was seen a moment ago; looked at anew unless given. */
  readonly observation?: HostObservation
}

/** A host's claims beside what is open on it now. @throws REGISTRY_HOST_MISSING, RECONCILE_RULE_INVALID */
export async function hostLookOf(question: LookQuestion, context: OperationContext): Promise<HostLook> {
  const { host, rules = [] } = question
  const { registry, observersOf, signal } = context
  if ((await registry.findHost(host, { signal })) === undefined) throw hostMissing(host)
  const observation = question.observation ?? (await observeHost(observersOf({ name: host }), { signal }))
  const bands = await registry.listBands({ signal })
  // Read after the look: what was claimed meanwhile is known, and what was released is only seen.
  const claims = await listEveryClaim({ host }, context)
  return lookAtHost({ host, claims, observation, bands, rules })
}
