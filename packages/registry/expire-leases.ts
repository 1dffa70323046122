import { type Claim, isLeaseOver } from './claim.ts'
import type { HostView } from './host-view.ts'
import { isSighted } from './life-signs.ts'
import type { Operation } from './operation.ts'
import { releaseChange } from './release.ts'

export interface ExpiredLeases {
  readonly released: readonly Claim[]
  /** The lease is over, yet something listens there, or whether something does is unknown. */
  readonly kept: readonly Claim[]
}

export interface ExpireOptions {
  readonly quarantineMs: number
  readonly actor: string
}

/** Gives back what was leased and forgotten. A port that is open never expires, and unknown counts as open. */
export function expireOperation(view: HostView, { quarantineMs, actor }: ExpireOptions): Operation<ExpiredLeases> {
  return {
    decide: (ground) => {
      const over = [...ground.picture.liveClaims()].filter((claim) => isLeaseOver(claim, ground.now))
      for (const claim of over) ground.settled(claim)
      const isKept = (claim: Claim) => view.state === 'unknown' || isSighted(claim, view)
      const kept = over.filter(isKept)
      const event = { type: 'expired', details: {}, actor, reason: 'its lease is over' } as const
      const changes = over
        .filter((claim) => !isKept(claim))
        .map((claim) => ({ ...releaseChange(claim, ground.now, { quarantineMs }), event }))
      return {
        changes,
        subject: undefined,
        wasChanged: changes.length > 0,
        answer: (written) => ({ released: changes.map(({ after }) => written(after)), kept }),
      }
    },
  }
}
