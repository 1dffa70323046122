import type { Counters } from '@portolan/bus'
import { tooManyAttempts } from '../errors.ts'
import type { Secrets } from '../secrets.ts'
import { ATTEMPT_LIMITS, type AttemptKind, type AttemptTier } from './attempt-limits.ts'
import { networkOf } from './network-of.ts'

/** What is tried, and what it is counted by: an account, an e-mail address, a network. */
export interface AttemptSubject {
  readonly kind: AttemptKind
  readonly key: string
}

export interface AttemptsOptions {
  readonly counters: Counters
  readonly secrets: Secrets
  /** Multiplies every limit: for tests and benchmarks, which are one address with many accounts. */
  readonly factor: number
}

// The bus takes no more than this as a limit.
const COUNTER_LIMIT = 1_000

/** Counts attempts over all processes, before what is tried is looked at: parallel guesses count as well. */
export class Attempts {
  readonly #options: AttemptsOptions

  constructor(options: AttemptsOptions) {
    this.#options = options
  }

  /** @throws AUTH_TOO_MANY_ATTEMPTS with `details.retryAfterSeconds`; the bus's errors when it does not answer */
  async take(subjects: readonly AttemptSubject[]): Promise<void> {
    const { counters, factor } = this.#options
    for (const { key, tier } of this.#countersOf(subjects)) {
      const { windowMs } = tier
      const limit = Math.min(COUNTER_LIMIT, tier.limit * factor)
      const { isOver, retryAfterMs } = await counters.count(key, { windowMs, limit })
      if (isOver) throw tooManyAttempts(retryAfterMs)
    }
  }

  /** The attempt was right: those before it do not count any more. */
  async forgive(subjects: readonly AttemptSubject[]): Promise<void> {
    await Promise.all(this.#countersOf(subjects).map(({ key }) => this.#options.counters.reset(key)))
  }

  /** The key is a digest: neither addresses nor the length of what was typed get into the store of the bus. */
  #countersOf(subjects: readonly AttemptSubject[]): readonly { readonly key: string; readonly tier: AttemptTier }[] {
    return subjects.flatMap(({ kind, key }) => {
      const digest = this.#options.secrets.digest(key, `attempts/${kind}`)
      return ATTEMPT_LIMITS[kind].map((tier) => ({ key: `auth:${kind}:${tier.windowMs}:${digest}`, tier }))
    })
  }
}

/** The subjects of a sign-in; the first is forgiven after a right one. */
export function signInSubjects(email: string, address: string) {
  const network = networkOf(address)
  return [
    { kind: 'sign-in-pair', key: `${email} ${network}` },
    { kind: 'sign-in-account', key: email },
    { kind: 'sign-in-address', key: network },
  ] as const satisfies readonly AttemptSubject[]
}

export function mailSubjects(email: string, address: string): readonly AttemptSubject[] {
  return [
    { kind: 'mail-recipient', key: email },
    { kind: 'mail-address', key: networkOf(address) },
  ]
}
