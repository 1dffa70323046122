import type { Waiter } from './fair-gate.ts'

/** What one client, workspace or route has taken. Written by the limits alone. */
export class Account {
  /** `client 192.0.2.7`, `workspace harbour`, `route /api`: the same in every worker. */
  readonly key: string
  readonly isExempt: boolean
  /** When its next request, connection and byte would be due at its rate; see RateRule. */
  requestDueMs = 0
  connectionDueMs = 0
  inboundDueMs = 0
  outboundDueMs = 0
  /** Requests under way, and open connections: here, and in other workers as far as they have told. */
  requestCount = 0
  connectionCount = 0
  /** Event streams and WebSockets that are open. */
  lastingCount = 0
  requestsElsewhere = 0
  connectionsElsewhere = 0
  lastingElsewhere = 0
  /** Since others were told last. */
  requestsSpent = 0
  inboundSpent = 0
  outboundSpent = 0
  isUntold = false
  /** Of its requests, those that the gate has let in, and those that wait before it. */
  insideCount = 0
  readonly waiting = new Set<Waiter>()

  constructor(key: string, isExempt = false) {
    this.key = key
    this.isExempt = isExempt
  }

  /** Whether forgetting it changes nothing: it has nothing open, and its allowance is whole again. */
  isIdle(nowMs: number): boolean {
    return (
      this.requestCount === 0 &&
      this.connectionCount === 0 &&
      this.lastingCount === 0 &&
      !this.isUntold &&
      this.requestDueMs <= nowMs &&
      this.connectionDueMs <= nowMs &&
      this.inboundDueMs <= nowMs &&
      this.outboundDueMs <= nowMs
    )
  }
}
