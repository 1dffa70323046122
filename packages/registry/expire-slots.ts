import type { Claim, LiveClaim } from './claim.ts'
import { type HostView, sightedPorts } from './host-view.ts'
import type { Change, Operation } from './operation.ts'
import { HALVES, type Half, nextSlots } from './slot.ts'

/**
 * Empties halves whose grace is over. A port that is open keeps its slot, and so does one that nobody looks at: what
 * still runs there would be forgotten, and in the way of the next deployment.
 */
export function expireSlotsOperation(
  view: HostView,
  { actor }: { readonly actor: string },
): Operation<readonly Claim[]> {
  return {
    decide: (ground) => {
      const changes: Change[] = []
      for (const claim of view.state === 'seen' ? [...ground.picture.liveClaims()] : []) {
        const after = expired(claim, view, { at: ground.now, actor })
        if (after === undefined) continue
        const { blue, green } = after.slots
        const details = { event: 'expire', blue, green }
        const event = { type: 'slots-changed', details, actor, reason: 'its grace is over' } as const
        changes.push({ before: ground.settled(claim), after, takesToken: false, event })
      }
      return {
        changes,
        subject: undefined,
        wasChanged: changes.length > 0,
        answer: (written) => changes.map(({ after }) => written(after)),
      }
    },
  }
}

function expired(claim: LiveClaim, view: HostView, moment: { at: Date; actor: string }): LiveClaim | undefined {
  const slots = nextSlots(claim.slots, { type: 'expire' }, moment)
  if (slots === claim.slots) return undefined
  const isEmptied = (half: Half): boolean => slots[half] !== claim.slots[half]
  const isOpen = HALVES.some((half) => isEmptied(half) && isHalfOpen(claim, half, view))
  return isOpen ? undefined : { ...claim, slots }
}

function isHalfOpen({ range, transport }: LiveClaim, half: Half, view: HostView): boolean {
  return sightedPorts(view)[transport].has(half === 'blue' ? range.first : range.last)
}
