import type { Claim, LiveClaim } from './claim.ts'
import type { Ground } from './ground.ts'

export const EVENT_TYPES = [
  'allocated',
  'claimed',
  'released',
  'renewed',
  'taken-over',
  'expired',
  'slots-changed',
  'host-declared',
  'host-removed',
  'bands-declared',
  'numbers-raised',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

/** Who does something, and why, for the history. */
export interface Authorship {
  readonly actor: string
  readonly reason: string | undefined
}

/** One claim becomes another. Of a new one the number and the token are not known yet: `after.id` is below zero. */
export interface Change {
  readonly before: LiveClaim | undefined
  readonly after: Claim
  readonly takesToken: boolean
  readonly event: Authorship & { readonly type: EventType; readonly details: Readonly<Record<string, unknown>> }
}

/** What an operation leads to, before it is written. */
export interface Decision<Result> {
  readonly changes: readonly Change[]
  /** The claim that the answer is about. Kept under the idempotency key. */
  readonly subject: Claim | undefined
  readonly wasChanged: boolean
  /** @param written gives for a claim of `changes` the one that the database made of it, with its number and token */
  readonly answer: (written: (claim: Claim) => Claim) => Result
}

export interface IdempotencyKey {
  readonly project: string
  readonly key: string
  /** Of everything that was asked, so that another request under the same key is noticed. */
  readonly bodyHash: string
}

/**
 * One thing to do with one host. `decide` is pure but for the picture's cache, and may be asked several times, until
 * what it decided by was true when it was written.
 */
export interface Operation<Result> {
  readonly idempotencyKey?: IdempotencyKey | undefined
  /** The claim that it is about, when it names one. */
  readonly claimId?: number
  /** @throws what refuses the operation */
  decide(ground: Ground): Decision<Result>
  /** The answer once more, from what was kept of it. */
  replay?(claim: Claim, wasChanged: boolean): Result
}
