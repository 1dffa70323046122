import { AppError, errorCode, errorMessage, isAppError } from '@portolan/errors'
import type { GatewaySnapshot } from '../figures/snapshot.ts'
import type { Spending } from '../limits/spending.ts'
import type { GatewayAddress } from '../listener.ts'
import type { UpstreamEvent } from '../upstreams/upstream-event.ts'

/** What the primary process asks of a worker; each is answered once, by an {@link Answer} with the same number. */
export type Request =
  | {
      readonly id: number
      readonly type: 'open'
      readonly configuration: unknown
      readonly reserved: readonly number[]
    }
  /** Ports of the gateway's other processes. */
  | { readonly id: number; readonly type: 'reserve'; readonly ports: readonly number[] }
  | { readonly id: number; readonly type: 'configure'; readonly configuration: unknown }
  | { readonly id: number; readonly type: 'announce-restart'; readonly upstream: string; readonly isUnderWay: boolean }
  | { readonly id: number; readonly type: 'snapshot' }
  /** Answered with what clients have spent here. @param others what they have spent in the other workers */
  | { readonly id: number; readonly type: 'spend'; readonly others: readonly Spending[] }
  /** Stops accepting, and ends when the last connection has: idle ones may ask once more. */
  | { readonly id: number; readonly type: 'hand-over'; readonly graceMs: number }
  /** Stops accepting, closes what is idle, and ends when the rest is done. */
  | { readonly id: number; readonly type: 'close'; readonly graceMs: number }

/** What a worker tells without being asked. */
export interface Notice {
  readonly type: 'upstream-event'
  readonly event: UpstreamEvent
}

/** A request without its number. */
export type Asked = Request extends infer One ? (One extends Request ? Omit<One, 'id'> : never) : never

/** What a request is answered with: what it asked for, or why not. */
export interface Answer extends Outcome {
  readonly id: number
  readonly fault?: Fault
}

export interface Outcome {
  readonly addresses?: readonly GatewayAddress[]
  readonly snapshot?: GatewaySnapshot
  readonly spent?: readonly Spending[]
}

/** An error that crosses from one process to the other. */
interface Fault {
  readonly code: string
  readonly message: string
  readonly status: number
  readonly details: Readonly<Record<string, unknown>>
}

export function faultOf(error: unknown): Fault {
  const code = errorCode(error) ?? 'INTERNAL'
  const message = errorMessage(error)
  return isAppError(error)
    ? { code, message, status: error.status, details: error.details }
    : { code, message, status: 500, details: {} }
}

export function errorOf({ code, ...fault }: Fault): AppError {
  return new AppError(code, fault.message, { status: fault.status, details: fault.details })
}
