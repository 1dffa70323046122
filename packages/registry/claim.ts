import type { PortRange, Transport } from '@portolan/ports'
import type { Slots } from './slot.ts'

/** `pair`: an even port and the next odd one. `range`: any number of ports. */
export const SHAPES = ['pair', 'single', 'range'] as const
export type ClaimShape = (typeof SHAPES)[number]

interface ClaimFacts {
  readonly id: number
  /** The host's name. */
  readonly host: string
  readonly transport: Transport
  readonly range: PortRange
  readonly shape: ClaimShape
  /** Who holds it. */
  readonly project: string
  readonly environment: string
  /** What the band is for, such as `app`, `db`, `redis`. */
  readonly kind: string
  /** Tells apart what one project needs several times of a kind; `main` unless said otherwise. */
  readonly purpose: string
  readonly labels: Readonly<Record<string, string>>
  /** Grows with every change of hands; an operation that shows a lower one is refused (fencing). */
  readonly token: number
  readonly createdAt: Date
  readonly createdBy: string
  /** Both empty unless the shape is `pair`. */
  readonly slots: Slots
}

export type Claim = ClaimFacts &
  (
    | { readonly state: 'held' }
    /** Until then at least: a lease that is over ends when a sweep has seen that nothing listens. */
    | { readonly state: 'leased'; readonly leaseUntil: Date }
    | { readonly state: 'released'; readonly releasedAt: Date; readonly quarantineUntil: Date }
  )

export type LiveClaim = Exclude<Claim, { state: 'released' }>
export type ReleasedClaim = Extract<Claim, { state: 'released' }>

export function isLive(claim: Claim): claim is LiveClaim {
  return claim.state !== 'released'
}

export function isLeaseOver(claim: Claim, now: Date): boolean {
  return claim.state === 'leased' && claim.leaseUntil <= now
}

/** What makes a second request the same as the first: who asks for what, and where. */
export interface Identity {
  readonly project: string
  readonly environment: string
  readonly kind: string
  readonly purpose: string
  readonly transport: Transport
}

/** Names have no spaces, so no two identities have one text. */
export function identityText({ project, environment, kind, purpose, transport }: Identity): string {
  return `${project} ${environment} ${kind} ${purpose} ${transport}`
}

/** What a person reads, such as `worb (production, app, main)`. */
export function describeHolder({ project, environment, kind, purpose }: Omit<Identity, 'transport'>): string {
  return `${project} (${environment}, ${kind}, ${purpose})`
}
