import type { SigningKey } from './signing-key.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

export interface KeyRotation {
  /** How long a key signs before the next one takes over. */
  readonly signsForMs: number
  /** How long a new key is published before it signs, so that whoever caches the JWKS already has it. */
  readonly publishAheadMs: number
  /**
   * How long a superseded key stays published. At least the lifetime of a token, the clock skew, and the time that a
   * replica may go on signing with the key list that it read before.
   */
  readonly retainMs: number
}

export const KEY_ROTATION = {
  signsForMs: 30 * DAY_MS,
  publishAheadMs: 60 * MINUTE_MS,
  retainMs: 60 * MINUTE_MS,
} as const satisfies KeyRotation

/** What is to be done with the keys at one moment. Every key is in `published` or in `dropped`. */
export interface KeyPlan<K> {
  /** Undefined only when there are no keys at all. */
  readonly signing: K | undefined
  /** With the signing one, newest first. */
  readonly published: readonly K[]
  /** No valid token is signed with these any more. */
  readonly dropped: readonly K[]
  /** True when a new key is due. Several replicas may see it at once: the store has to let one of them win. */
  readonly isKeyDue: boolean
}

/**
 * Decides by age alone, so that replicas that see the same keys agree without talking. A clock that jumps back makes
 * keys look new: then the oldest of them signs, and nothing is dropped.
 */
export function nextKeys<K extends Pick<SigningKey, 'kid' | 'createdAt'>>(
  keys: readonly K[],
  now: Date,
  rotation: KeyRotation = KEY_ROTATION,
): KeyPlan<K> {
  const newestFirst = keys.toSorted(byAge)
  const ageMs = (key: K) => now.getTime() - key.createdAt.getTime()
  const signing = newestFirst.find((key) => ageMs(key) >= rotation.publishAheadMs) ?? newestFirst.at(-1)
  const isSuperseded = (key: K) =>
    newestFirst.some((newer) => byAge(newer, key) < 0 && ageMs(newer) >= rotation.publishAheadMs + rotation.retainMs)
  const [newest] = newestFirst
  return {
    signing,
    published: newestFirst.filter((key) => !isSuperseded(key)),
    dropped: newestFirst.filter(isSuperseded),
    isKeyDue: newest === undefined || ageMs(newest) >= rotation.signsForMs,
  }
}

function byAge(left: Pick<SigningKey, 'kid' | 'createdAt'>, right: Pick<SigningKey, 'kid' | 'createdAt'>): number {
  const difference = right.createdAt.getTime() - left.createdAt.getTime()
  return difference !== 0 ? difference : left.kid < right.kid ? -1 : left.kid > right.kid ? 1 : 0
}
