import { unreachable } from '@portolan/errors'
import { equalsInFixedTime } from './fixed-time.ts'
import type { RefreshTokenHash } from './refresh-token.ts'

const DAY_MS = 24 * 60 * 60_000

export const REFRESH_LIMITS = {
  /** From the last rotation on. */
  idleMs: 30 * DAY_MS,
  /** From the sign-in on, however often it was rotated. */
  totalMs: 90 * DAY_MS,
  /** How long the token just rotated may be shown again, for its answer may have been lost. */
  graceMs: 10_000,
  /** How many successors of one token may wait for their first use: as many tabs as may refresh at once. */
  successorLimit: 8,
} as const

export type FamilyEnd = 'reuse' | 'revoked' | 'expired'

/** The refresh tokens of one device. Only hashes; the id of the family is the id of the session. */
export type RefreshFamily =
  | {
      readonly state: 'active'
      readonly root: string
      readonly startedAt: Date
      readonly rotatedAt: Date
      /**
       * Leaves that are valid. More than one only while none has been used: a repeat within the grace gets another
       * successor, and which of the answers the browser keeps is not known until one is used.
       */
      readonly current: readonly string[]
      /** The leaf that was rotated last; absent before the first rotation. */
      readonly previous?: string
    }
  | { readonly state: 'ended'; readonly reason: FamilyEnd; readonly endedAt: Date }

export type FamilyEvent =
  | {
      readonly type: 'rotate'
      readonly presented: RefreshTokenHash
      /** The leaf's hash of the token that is handed out if this is accepted. */
      readonly successor: string
      readonly at: Date
    }
  | { readonly type: 'revoke'; readonly at: Date }
  /** Time has passed: a sweep of the store. */
  | { readonly type: 'expire'; readonly at: Date }

export function startFamily(hash: RefreshTokenHash, at: Date): RefreshFamily {
  return { state: 'active', root: hash.root, startedAt: at, rotatedAt: at, current: [hash.leaf] }
}

/**
 * Moves a family. A rotation was accepted exactly when `acceptsLeaf(next, successor)`; a made-up token gets the same
 * family back. The caller reads, moves and writes in one transaction that holds the family's row, and announces the end.
 */
export function nextFamily(family: RefreshFamily, event: FamilyEvent): RefreshFamily {
  if (family.state === 'ended') return family // the first reason stays
  switch (event.type) {
    case 'rotate':
      return rotate(family, event)
    case 'revoke':
      return { state: 'ended', reason: 'revoked', endedAt: event.at }
    case 'expire':
      return isExpired(family, event.at) ? { state: 'ended', reason: 'expired', endedAt: event.at } : family
    default:
      return unreachable(event)
  }
}

/** True when a token with this leaf is valid in the family. */
export function acceptsLeaf(family: RefreshFamily, leaf: string): boolean {
  return family.state === 'active' && family.current.some((valid) => equalsInFixedTime(valid, leaf))
}

/** When an active family ends if it is not used before. */
export function familyExpiresAt(family: Extract<RefreshFamily, { state: 'active' }>): Date {
  const { idleMs, totalMs } = REFRESH_LIMITS
  return new Date(Math.min(family.rotatedAt.getTime() + idleMs, family.startedAt.getTime() + totalMs))
}

type ActiveFamily = Extract<RefreshFamily, { state: 'active' }>
type Rotation = Extract<FamilyEvent, { type: 'rotate' }>

function rotate(family: ActiveFamily, { presented, successor, at }: Rotation): RefreshFamily {
  if (!equalsInFixedTime(family.root, presented.root)) return family // made up
  if (isExpired(family, at)) return { state: 'ended', reason: 'expired', endedAt: at }
  if (acceptsLeaf(family, presented.leaf)) {
    return { ...family, rotatedAt: at, current: [successor], previous: presented.leaf }
  }
  // `current` was replaced when a successor was used: then `previous` is that one, and this is an older token.
  const isPrevious = family.previous !== undefined && equalsInFixedTime(family.previous, presented.leaf)
  // A clock that jumped, either way, must not stretch the grace.
  const isInGrace = Math.abs(at.getTime() - family.rotatedAt.getTime()) <= REFRESH_LIMITS.graceMs
  if (isPrevious && isInGrace && family.current.length < REFRESH_LIMITS.successorLimit) {
    return { ...family, current: [...family.current, successor] }
  }
  return { state: 'ended', reason: 'reuse', endedAt: at }
}

function isExpired(family: ActiveFamily, at: Date): boolean {
  return at.getTime() >= familyExpiresAt(family).getTime()
}
