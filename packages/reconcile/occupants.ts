import { PORTOLAN_LABELS } from '@portolan/observe'
import { HALVES, type Half, type LiveClaim } from '@portolan/registry'
import { type Attribution, hasNumbers } from './attribution.ts'
import { cutText } from './cut-text.ts'
import type { HostLook, Seen } from './host-look.ts'

/** Something of a pair's own project that runs in one of its halves. */
export interface SeenOccupant {
  readonly half: Half
  readonly version: string
  /** Its label said so; otherwise it was guessed from the image. */
  readonly isVersionLabelled: boolean
}

type Pair = Pick<LiveClaim, 'project' | 'environment' | 'transport' | 'range'>

/**
 * What runs in the halves of a pair, or of one that is about to be claimed. Only what a rule or the numbers of a deployment
 * speak for: what is written into a slot can be promoted, and by a name alone anybody could get there.
 */
export function listOccupants(look: HostLook, pair: Pair): readonly SeenOccupant[] {
  return occupantsOf(look, pair, (owner) => isVouched(owner) || hasNumbers(owner))
}

function occupantsOf(look: HostLook, pair: Pair, isBelieved: (owner: Attribution) => boolean) {
  return HALVES.flatMap((half) => {
    const port = half === 'blue' ? pair.range.first : pair.range.last
    const own = look.seenAt(pair.transport, port).filter(({ owner }) => {
      return owner !== undefined && isOf(pair, owner) && isBelieved(owner)
    })
    return own.length === 0 ? [] : [{ half, ...versionOf(own) }]
  })
}

/** A half of a pair in which something of its project runs, and that counts as empty. */
export interface UnrecordedHalf extends SeenOccupant {
  readonly claim: LiveClaim
  /** Nothing runs in the other half, so this one is what people use. */
  readonly isAlone: boolean
}

/**
 * What has to be written into slots, so that the next deployment does not take a half that is in use. Labels are believed
 * only for a pair of which nothing is recorded, and with this claim's numbers: beside a recorded half a deployer of this
 * registry would have been recorded, too, before he started anything.
 */
export function listUnrecordedHalves(look: HostLook): readonly UnrecordedHalf[] {
  return look.claims.flatMap((claim) => {
    if (claim.shape !== 'pair') return []
    const isBlank = HALVES.every((half) => claim.slots[half].state === 'empty')
    const occupants = occupantsOf(look, claim, (owner) => isVouched(owner) || (isBlank && showsNumbersOf(claim, owner)))
    const isAlone = occupants.length === 1 && isBlank
    return occupants
      .filter(({ half }) => claim.slots[half].state === 'empty')
      .map((occupant) => ({ claim, ...occupant, isAlone }))
  })
}

/** Somebody who asks stands for it by a rule, and not its labels alone. */
export function isVouched({ by, isVouched: isNamed }: Attribution): boolean {
  return by === 'rule' || isNamed
}

/** The claim's own number, or that which it had in a registry that was lost, and a token that was given. */
export function showsNumbersOf(claim: Pick<LiveClaim, 'id' | 'token' | 'labels'>, owner: Attribution): boolean {
  const { claimId, token } = owner
  if (claimId === undefined || token === undefined) return false
  const isFormer = claim.labels[PORTOLAN_LABELS.claim] === String(claimId)
  return (claimId === claim.id || isFormer) && token <= claim.token
}

export function isOf({ project, environment }: Pick<Pair, 'project' | 'environment'>, owner: Attribution): boolean {
  return owner.project === project && owner.environment === environment
}

/** By its label; else by its image, whose tag most people write the version into. */
function versionOf(own: readonly Seen[]): Pick<SeenOccupant, 'version' | 'isVersionLabelled'> {
  for (const { owner } of own) {
    if (owner?.version !== undefined) return { version: owner.version, isVersionLabelled: true }
  }
  const image = own.find(({ sighting }) => sighting.container?.image !== undefined)?.sighting.container?.image
  return { version: cutText(image ?? 'unknown'), isVersionLabelled: false }
}
