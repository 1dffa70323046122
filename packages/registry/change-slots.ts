import type { Claim } from './claim.ts'
import { slotsMissing } from './errors.ts'
import type { Operation } from './operation.ts'
import { ownLiveClaim } from './ownership.ts'
import { type Authored, authorshipOf, keyOf, RequestCheck } from './request.ts'
import { HALVES, nextSlots, type SlotEvent } from './slot.ts'

export interface ChangeSlotsRequest extends Authored {
  readonly claimId: number
  readonly project: string
  /** Needed: a deployer that was paused may come back and must lose. */
  readonly token: number
  readonly event: SlotEvent
}

const HIGHEST_GRACE_MS = 366 * 24 * 3_600_000

/** @throws REGISTRY_REQUEST_INVALID */
export function checkSlotEvent(event: SlotEvent): void {
  const check = new RequestCheck()
  if (event.type === 'deploy') check.text('event.version', event.version)
  if ('graceMs' in event) check.count('event.graceMs', event.graceMs, [0, HIGHEST_GRACE_MS])
  if ('half' in event && event.half !== undefined) check.oneOf('event.half', event.half, HALVES)
  check.done()
}

/** Moves the slots of a pair; what does not change is no event. */
export function changeSlotsOperation(request: ChangeSlotsRequest): Operation<Claim> {
  const { claimId, project, event } = request
  return {
    claimId,
    idempotencyKey: keyOf('changeSlots', request),
    decide: (ground) => {
      const claim = ownLiveClaim(ground.getClaim(claimId), request)
      if (claim.shape !== 'pair') throw slotsMissing(claim)
      const authorship = authorshipOf(project, request)
      const slots = nextSlots(claim.slots, event, { at: ground.now, actor: authorship.actor })
      if (slots === claim.slots) return { changes: [], subject: claim, wasChanged: false, answer: () => claim }
      const after: Claim = { ...claim, slots }
      const details = { event: event.type, blue: slots.blue, green: slots.green }
      const changes = [
        { before: claim, after, takesToken: false, event: { type: 'slots-changed', details, ...authorship } } as const,
      ]
      return { changes, subject: after, wasChanged: true, answer: (written) => written(after) }
    },
    replay: (claim) => claim,
  }
}
