import type { PortRange, Transport } from '@portolan/ports'
import type { Claim, ClaimShape } from './claim.ts'
import type { Ground } from './ground.ts'
import type { Change } from './operation.ts'
import { DEFAULT_PURPOSE } from './purpose.ts'
import { type Authored, authorshipOf } from './request.ts'
import { EMPTY_SLOTS } from './slot.ts'

export interface NewClaim extends Authored {
  readonly type: 'allocated' | 'claimed'
  readonly range: PortRange
  readonly shape: ClaimShape
  readonly project: string
  readonly environment: string
  readonly kind: string
  readonly purpose?: string
  readonly transport?: Transport
  readonly labels?: Readonly<Record<string, string>>
  readonly leaseMs?: number
}

/** The change that makes a claim. Its number and token come with the writing. */
export function newClaim({ picture, now, provisionalId }: Ground, draft: NewClaim): Change {
  const { type, range, shape, project, environment, kind, leaseMs } = draft
  const { purpose = DEFAULT_PURPOSE, transport = 'tcp', labels = {} } = draft
  const authorship = authorshipOf(project, draft)
  const holding =
    leaseMs === undefined
      ? ({ state: 'held' } as const)
      : ({ state: 'leased', leaseUntil: new Date(now.getTime() + leaseMs) } as const)
  const facts = { id: provisionalId, host: picture.host.name, transport, range, shape, project, environment, kind }
  const origin = { token: 0, createdAt: now, createdBy: authorship.actor, slots: EMPTY_SLOTS }
  const after: Claim = { ...facts, purpose, labels, ...origin, ...holding }
  const details = leaseMs === undefined ? {} : { leaseMs }
  return { before: undefined, after, takesToken: false, event: { type, details, ...authorship } }
}
