import { Transform } from 'node:stream'
import type { Account } from './account.ts'
import type { RateRule } from './rate-rule.ts'

interface Paced {
  readonly account: Account | undefined
  readonly rule: RateRule | undefined
}

interface Held {
  readonly account: Account
  readonly rule: RateRule
}

/** How fast content may flow: by waiting after each piece, so that nothing is dropped. */
export class Pace {
  readonly #held: readonly Held[]

  constructor(paced: readonly Paced[]) {
    this.#held = paced.flatMap(({ account, rule }) =>
      account === undefined || rule === undefined ? [] : [{ account, rule }],
    )
  }

  /** @returns how long to wait before more of the request is read */
  inbound(bytes: number): number {
    const now = performance.now()
    let waitMs = 0
    for (const { account, rule } of this.#held) {
      account.inboundDueMs = rule.after(account.inboundDueMs, now, bytes)
      account.inboundSpent += bytes
      waitMs = Math.max(waitMs, account.inboundDueMs - now - rule.toleranceMs)
    }
    return waitMs
  }

  /** @returns how long to wait before more of the answer is read */
  outbound(bytes: number): number {
    const now = performance.now()
    let waitMs = 0
    for (const { account, rule } of this.#held) {
      account.outboundDueMs = rule.after(account.outboundDueMs, now, bytes)
      account.outboundSpent += bytes
      waitMs = Math.max(waitMs, account.outboundDueMs - now - rule.toleranceMs)
    }
    return waitMs
  }
}

/** What a WebSocket's bytes go through when it is paced. */
export function pacedStream(waitFor: (bytes: number) => number): Transform {
  return new Transform({
    transform: (piece: Buffer, _, done) => {
      const waitMs = waitFor(piece.length)
      if (waitMs <= 0) done(null, piece)
      else setTimeout(() => done(null, piece), waitMs)
    },
  })
}
