import { type Claim, isLive, type LiveClaim } from './claim.ts'
import { claimReleased, notOwner, tokenNeverIssued, tokenStale } from './errors.ts'

/** Who asks, and the token that he was given. */
export interface Asker {
  readonly project: string
  readonly token?: number
}

/**
 * Only its owner changes a claim, and not one who was paused while somebody took the claim over (fencing; Kleppmann
 * 2016, "How to do distributed locking").
 * @throws REGISTRY_NOT_OWNER, REGISTRY_TOKEN_STALE, REGISTRY_TOKEN_NEVER_ISSUED
 */
export function refuseOthers(claim: Claim, { project, token }: Asker): void {
  if (claim.project !== project) throw notOwner(claim, project)
  if (token === undefined || token === claim.token) return
  throw token < claim.token ? tokenStale(claim, token) : tokenNeverIssued(claim, token)
}

/** @throws REGISTRY_CLAIM_RELEASED and what {@link refuseOthers} throws */
export function ownLiveClaim(claim: Claim, asker: Asker): LiveClaim {
  refuseOthers(claim, asker)
  if (!isLive(claim)) throw claimReleased(claim)
  return claim
}
