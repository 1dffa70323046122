import type { CircuitState } from './circuit.ts'
import type { Half } from './half.ts'

/** What is known of one target at a moment, as plain JSON. */
export interface TargetState {
  readonly half?: Half
  readonly version?: string
  /** `host:port`, for whoever runs the gateway: never for a client. */
  readonly address: string
  readonly circuit: CircuitState
  /** What the active checks say, where there are any. */
  readonly isHealthy?: boolean
  /** Connections with a request on them, and WebSockets. */
  readonly usedCount: number
  /** Connections that wait for the next request. */
  readonly keptCount: number
  readonly webSocketCount: number
  /** Since it was first declared. */
  readonly requestCount: number
  /** Requests that did not reach it, or got no answer. */
  readonly failureCount: number
  /** Answers of 500 and above. */
  readonly errorCount: number
}

/** What is known of one upstream at a moment. */
export interface UpstreamState {
  readonly name: string
  /** Which half of a pair gets the requests. */
  readonly active?: Half
  /** The half that finishes what it has begun, and until when (ISO). */
  readonly draining?: { readonly half: Half; readonly until: string }
  /** A promotion is so new that it may still be rolled back. */
  readonly isOnProbation: boolean
  /** Its target is being waited for. */
  readonly isHolding: boolean
  /** Requests that wait: for a free connection, or for a target to come back. */
  readonly waitingCount: number
  /** Requests that were sent a second time, or to the other half. */
  readonly retryCount: number
  readonly targets: readonly TargetState[]
}
