import { errorCode } from '@portolan/errors'
import { type HostLook, listUnrecordedHalves } from '@portolan/reconcile'
import type { Half, LiveClaim, SlotEvent } from '@portolan/registry'
import { DEFAULT_GRACE_MS } from './fields.ts'
import type { OperationContext } from './operation.ts'

/** What runs in a half that counts as empty. */
export interface RunningHalf {
  readonly claim: LiveClaim
  readonly half: Half
  readonly version: string
  /** People are sent there. */
  readonly isActive: boolean
}

// Somebody else has changed the pair since we looked: he knows better, and the next look says what is left.
const OVERTAKEN: readonly (string | undefined)[] = [
  'REGISTRY_SLOT_REFUSED',
  'REGISTRY_TOKEN_STALE',
  'REGISTRY_CLAIM_RELEASED',
]

/** Of claims that were there before: what is claimed by a plan has its slots filled with it. */
export function unrecordedOf(look: HostLook): readonly RunningHalf[] {
  return listUnrecordedHalves(look).map(({ claim, half, version, isAlone }) => {
    return { claim, half, version, isActive: isAlone }
  })
}

/** Writes into the slots what runs there already, so that the next deployment takes the other half. */
export async function recordSlots(
  halves: readonly RunningHalf[],
  context: OperationContext,
): Promise<readonly RunningHalf[]> {
  const recorded: RunningHalf[] = []
  for (const running of halves) {
    try {
      await change(running, { type: 'deploy', half: running.half, version: running.version }, context)
      if (running.isActive) await change(running, promotion(running), context)
      recorded.push(running)
    } catch (error) {
      if (!OVERTAKEN.includes(errorCode(error))) throw error
    }
  }
  return recorded
}

function promotion({ half }: RunningHalf): SlotEvent {
  return { type: 'promote', half, graceMs: DEFAULT_GRACE_MS }
}

async function change({ claim }: RunningHalf, event: SlotEvent, context: OperationContext): Promise<void> {
  const { registry, caller, signal } = context
  const own = { claimId: claim.id, project: claim.project, token: claim.token }
  await registry.changeSlots({ ...own, event, actor: caller.name, reason: 'it runs there already' }, { signal })
}
