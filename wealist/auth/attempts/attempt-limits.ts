/** So many attempts pass in a window; the longer windows make the delays grow. */
export interface AttemptTier {
  readonly windowMs: number
  readonly limit: number
}

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Shortest window first: who is stopped by it does not use up the longer ones. */
export const ATTEMPT_LIMITS = {
  /** One account guessed from one address: after 5 wrong ones a minute, after 12 a quarter of an hour, and so on. */
  'sign-in-pair': [
    { windowMs: MINUTE_MS, limit: 5 },
    { windowMs: 15 * MINUTE_MS, limit: 12 },
    { windowMs: DAY_MS, limit: 40 },
  ],
  /** One account guessed from anywhere. Wide, since whoever fills it keeps the account's owner out. */
  'sign-in-account': [
    { windowMs: HOUR_MS, limit: 100 },
    { windowMs: DAY_MS, limit: 300 },
  ],
  /** Many accounts guessed from one address, which may be the only one of a whole office. */
  'sign-in-address': [
    { windowMs: MINUTE_MS, limit: 60 },
    { windowMs: HOUR_MS, limit: 600 },
  ],
  'second-factor': [
    { windowMs: 5 * MINUTE_MS, limit: 10 },
    { windowMs: DAY_MS, limit: 40 },
  ],
  /** The password of somebody who is signed in. */
  password: [
    { windowMs: MINUTE_MS, limit: 5 },
    { windowMs: HOUR_MS, limit: 20 },
  ],
  /** Mails that somebody makes us send to one address. */
  'mail-recipient': [
    { windowMs: 15 * MINUTE_MS, limit: 4 },
    { windowMs: DAY_MS, limit: 12 },
  ],
  'mail-address': [
    { windowMs: MINUTE_MS, limit: 20 },
    { windowMs: HOUR_MS, limit: 120 },
  ],
  'link-address': [{ windowMs: MINUTE_MS, limit: 60 }],
  'provider-address': [{ windowMs: MINUTE_MS, limit: 60 }],
} as const satisfies Record<string, readonly AttemptTier[]>

export type AttemptKind = keyof typeof ATTEMPT_LIMITS
