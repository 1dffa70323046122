import type { Claim } from './claim.ts'
import type { Operation } from './operation.ts'
import { ownLiveClaim } from './ownership.ts'
import { type Authored, authorshipOf, keyOf } from './request.ts'

export interface TakeOverRequest extends Authored {
  readonly claimId: number
  readonly project: string
  /** Only if this is still the claim's token. */
  readonly token?: number
  /** Also gives the claim a lease, or a longer one. */
  readonly leaseMs?: number
}

/** A higher token for the claim: whoever shows an older one from now on is refused. */
export function takeOverOperation(request: TakeOverRequest): Operation<Claim> {
  const { claimId, project, leaseMs } = request
  return {
    claimId,
    idempotencyKey: keyOf('takeOver', request),
    decide: (ground) => {
      const claim = ownLiveClaim(ground.getClaim(claimId), request)
      const until = leaseMs === undefined ? {} : { leaseUntil: new Date(ground.now.getTime() + leaseMs) }
      // A claim that is held for good is not made a lease by whoever takes it over.
      const after: Claim = claim.state === 'leased' ? { ...claim, ...until } : { ...claim }
      const event = {
        type: 'taken-over',
        details: { previousToken: claim.token },
        ...authorshipOf(project, request),
      } as const
      const changes = [{ before: claim, after, takesToken: true, event }]
      return { changes, subject: after, wasChanged: true, answer: (written) => written(after) }
    },
    replay: (claim) => claim,
  }
}
