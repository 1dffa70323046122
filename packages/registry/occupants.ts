import type { Claim, LiveClaim } from './claim.ts'
import { slotsMissing } from './errors.ts'
import type { Change } from './operation.ts'
import { type Authored, authorshipOf, type RequestCheck } from './request.ts'
import { HALVES, type Half, nextSlots, type SlotMoment, type Slots } from './slot.ts'

/** What runs in a half of a pair already when the pair is claimed, so that no deployment takes it for empty. */
export interface Occupant {
  readonly half: Half
  readonly version: string
  /** People are sent there. Of several the last one is active, and those before it are in grace. */
  readonly isActive: boolean
}

const GRACE_MS = 3_600_000

export function checkOccupants(check: RequestCheck, occupants: readonly Occupant[] = []): RequestCheck {
  for (const { half, version } of occupants)
    check.oneOf('occupants.half', half, HALVES).text('occupants.version', version)
  return check
}

/**
 * The change that writes occupants into the slots of a claim. Halves that are not empty stay: whoever wrote them knows.
 * @returns undefined when nothing changes
 * @throws REGISTRY_SLOTS_MISSING when the claim is no pair
 */
export function occupy(
  claim: LiveClaim,
  occupants: readonly Occupant[],
  { at, ...authored }: Authored & { readonly at: Date },
): Change | undefined {
  if (occupants.length === 0) return undefined
  if (claim.shape !== 'pair') throw slotsMissing(claim)
  const authorship = authorshipOf(claim.project, authored)
  const slots = occupants.reduce(
    (left, occupant) => moveIn(left, occupant, { at, actor: authorship.actor }),
    claim.slots,
  )
  if (slots === claim.slots) return undefined
  const after: Claim = { ...claim, slots }
  const details = { event: 'occupied', blue: slots.blue, green: slots.green }
  return { before: claim, after, takesToken: false, event: { type: 'slots-changed', details, ...authorship } }
}

function moveIn(slots: Slots, { half, version, isActive }: Occupant, moment: SlotMoment): Slots {
  if (slots[half].state !== 'empty') return slots
  const deployed = nextSlots(slots, { type: 'deploy', half, version }, moment)
  return isActive ? nextSlots(deployed, { type: 'promote', half, graceMs: GRACE_MS }, moment) : deployed
}
