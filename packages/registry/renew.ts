import { type Claim, isLeaseOver } from './claim.ts'
import { leaseExpired, leaseMissing } from './errors.ts'
import type { Operation } from './operation.ts'
import { ownLiveClaim } from './ownership.ts'
import { type Authored, authorshipOf, keyOf, RequestCheck } from './request.ts'

export interface RenewRequest extends Authored {
  readonly claimId: number
  readonly project: string
  readonly token?: number
  /** From now on. A renewal never shortens a lease. */
  readonly leaseMs: number
}

export function renewOperation(request: RenewRequest): Operation<Claim> {
  const { claimId, project, leaseMs } = request
  return {
    claimId,
    idempotencyKey: keyOf('renew', request),
    decide: (ground) => {
      const claim = ownLiveClaim(ground.getClaim(claimId), request)
      if (claim.state !== 'leased') throw leaseMissing(claim)
      if (isLeaseOver(claim, ground.now)) throw leaseExpired(claim)
      const leaseUntil = new Date(Math.max(ground.now.getTime() + leaseMs, claim.leaseUntil.getTime()))
      const after: Claim = { ...claim, leaseUntil }
      const event = { type: 'renewed', details: { until: leaseUntil }, ...authorshipOf(project, request) } as const
      const changes = [{ before: claim, after, takesToken: false, event }]
      return { changes, subject: after, wasChanged: true, answer: (written) => written(after) }
    },
    replay: (claim) => claim,
  }
}

/** @throws REGISTRY_REQUEST_INVALID */
export function checkLease({ leaseMs }: { readonly leaseMs?: number }): void {
  new RequestCheck().leaseMs(leaseMs).done()
}
