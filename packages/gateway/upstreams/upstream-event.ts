import type { CircuitState } from './circuit.ts'
import type { Half } from './half.ts'

/** What happens behind the routes, for the log, for metrics, and for whoever runs the gateway. */
export type UpstreamEvent =
  | { readonly type: 'promoted'; readonly upstream: string; readonly from: Half | undefined; readonly to: Half }
  | {
      readonly type: 'rolled-back'
      readonly upstream: string
      readonly from: Half
      readonly to: Half
      /** A clause: `it could not be reached 3 times in a row`. */
      readonly reason: string
    }
  | {
      readonly type: 'rollback-impossible'
      readonly upstream: string
      readonly half: Half
      readonly reason: string
    }
  /** The grace of a half that was active is over; so many connections were closed. */
  | { readonly type: 'drained'; readonly upstream: string; readonly half: Half; readonly closedCount: number }
  | {
      readonly type: 'circuit'
      readonly upstream: string
      readonly target: string
      readonly state: CircuitState
    }
  | {
      readonly type: 'health'
      readonly upstream: string
      readonly target: string
      readonly isHealthy: boolean
      readonly reason: string | undefined
    }
  /** Requests wait for a target to come back; or it has come back. */
  | { readonly type: 'holding' | 'released'; readonly upstream: string }
  /** Nothing listens at the active half: whoever follows its slots had better look. */
  | { readonly type: 'unreached'; readonly upstream: string }
