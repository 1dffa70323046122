import { type Claim, isLive, type LiveClaim, type ReleasedClaim } from './claim.ts'
import { claimInUse } from './errors.ts'
import type { Change, Decision, Operation } from './operation.ts'
import { refuseOthers } from './ownership.ts'
import { type Authored, authorshipOf, keyOf, RequestCheck } from './request.ts'
import { areSlotsEmpty, EMPTY_SLOTS } from './slot.ts'

export interface ReleaseRequest extends Authored {
  readonly claimId: number
  readonly project: string
  readonly token?: number
  /** Also when a slot is not empty, which empties it. */
  readonly evenIfInUse?: boolean
}

export interface ReleaseResult {
  readonly claim: Claim
  /** False when it was released before: releasing twice is no fault. */
  readonly wasReleased: boolean
}

/** @throws REGISTRY_REQUEST_INVALID */
export function checkClaimChange(request: Authored & ClaimNaming): void {
  const { claimId, project, token } = request
  const check = new RequestCheck().name('project', project).authored(request)
  check
    .count('claimId', claimId, [1, Number.MAX_SAFE_INTEGER])
    .count('token', token, [1, Number.MAX_SAFE_INTEGER])
    .done()
}

interface ClaimNaming {
  readonly claimId: number
  readonly project: string
  readonly token?: number
}

/** @param quarantineMs how long the ports are kept for their last project alone */
export function releaseOperation(
  request: ReleaseRequest,
  { quarantineMs }: { readonly quarantineMs: number },
): Operation<ReleaseResult> {
  const { claimId, project } = request
  return {
    claimId,
    idempotencyKey: keyOf('release', request),
    decide: (ground): Decision<ReleaseResult> => {
      const claim = ground.getClaim(claimId)
      refuseOthers(claim, request)
      if (!isLive(claim)) return { ...NOTHING, subject: claim, answer: () => ({ claim, wasReleased: false }) }
      if (request.evenIfInUse !== true && !areSlotsEmpty(claim.slots)) throw claimInUse(claim)
      const { after, ...rest } = releaseChange(claim, ground.now, { quarantineMs })
      const event = { type: 'released', details: {}, ...authorshipOf(project, request) } as const
      const answer = (written: (claim: Claim) => Claim) => ({ claim: written(after), wasReleased: true })
      return { changes: [{ after, ...rest, event }], subject: after, wasChanged: true, answer }
    },
    replay: (claim, wasChanged) => ({ claim, wasReleased: wasChanged }),
  }
}

const NOTHING = { changes: [], wasChanged: false } as const

export function releaseChange(
  claim: LiveClaim,
  now: Date,
  { quarantineMs }: { readonly quarantineMs: number },
): Omit<Change, 'event'> & { readonly after: ReleasedClaim } {
  const { state: _, leaseUntil: __, ...facts } = claim.state === 'leased' ? claim : { ...claim, leaseUntil: undefined }
  const quarantineUntil = new Date(now.getTime() + quarantineMs)
  const after = { ...facts, slots: EMPTY_SLOTS, state: 'released', releasedAt: now, quarantineUntil } as const
  return { before: claim, after, takesToken: false }
}
