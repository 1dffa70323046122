import type { UpstreamTarget } from '../http1/upstream-connection.ts'
import type { Half } from './half.ts'

/** What stands behind one route or several, under a name. Plain JSON; what is left out has its default. */
export interface UpstreamDeclaration {
  readonly name: string
  /** One address; or a pair of them. */
  readonly target?: UpstreamTarget
  readonly pair?: PairDeclaration
  readonly health?: HealthDeclaration
  readonly circuit?: Partial<CircuitLimits>
  readonly connections?: Partial<ConnectionLimits>
  readonly hold?: Partial<HoldLimits>
}

/** Two addresses of which one is active: another active half, or another version in it, is a promotion. */
export interface PairDeclaration {
  readonly blue?: HalfDeclaration
  readonly green?: HalfDeclaration
  /** null: no request goes to either. */
  readonly active: Half | null
  /** The other half is one that was active, and may take over what the active one cannot be given. */
  readonly isOtherWarm?: boolean
  /** How long the half that was active goes on with what it has begun. */
  readonly graceMs?: number
  /** Where somebody else keeps that time: until when, as an ISO date. */
  readonly graceUntil?: string
  readonly rollback?: Partial<RollbackLimits>
  /** Whose slots the halves are: a follower fills the halves in. */
  readonly slots?: SlotsPlace
}

export interface HalfDeclaration extends UpstreamTarget {
  readonly version?: string
  /** ISO. The same version, put there a second time, is another one. */
  readonly deployedAt?: string
}

/** A pair of a registry, and where its halves are reached. */
export interface SlotsPlace {
  readonly project: string
  readonly environment: string
  readonly kind?: string
  readonly purpose?: string
  readonly host?: string
  /** Where the host of the pair is reached; what the registry says of it unless given. */
  readonly address?: string
}

/** How a target is asked whether it works. */
export interface HealthDeclaration {
  /** Asked by HTTP, anything below 400 is healthy; without one a connection is made. */
  readonly path?: string
  /** Between two checks, all the time; without it a target is only asked around a promotion. */
  readonly intervalMs?: number
  readonly timeoutMs?: number
  /** So many checks in a row have to fail before it gets no more requests. */
  readonly failedChecks?: number
  readonly passedChecks?: number
}

/** When a target gets no more requests for a while. */
export interface CircuitLimits {
  /** So many requests in a row. */
  readonly failures: number
  /** Or this share (0–1) of the last ones, of at least `leastRequests`. */
  readonly shareRatio: number
  readonly leastRequests: number
  /** The first pause; each other one that follows on it is twice as long, up to `longestOpenMs`. */
  readonly openMs: number
  readonly longestOpenMs: number
}

export interface ConnectionLimits {
  /** Connections to one target, WebSockets among them. */
  readonly most: number
  /** Requests that may wait for one of them, and for how long. */
  readonly mostWaiting: number
  readonly waitMs: number
}

/** What becomes of requests while a target restarts: they wait. */
export interface HoldLimits {
  /** 0: they do not. */
  readonly forMs: number
  /** Each keeps what one read has brought of it: its content is not asked for. */
  readonly mostRequests: number
}

/** When a half that was promoted gives way to the one before it. */
export interface RollbackLimits {
  /** After the promotion; 0 turns it off. */
  readonly windowMs: number
  /** So many requests or checks in a row that did not reach it. */
  readonly failures: number
  /** Or when so much more (0–1) of its answers are 5xx or missing than were of the half before, of at least `leastRequests`. */
  readonly shareRatio: number
  readonly leastRequests: number
}

export const CIRCUIT_DEFAULTS = {
  failures: 5,
  shareRatio: 0.5,
  leastRequests: 20,
  openMs: 1_000,
  longestOpenMs: 30_000,
} as const satisfies CircuitLimits

export const CONNECTION_DEFAULTS = {
  most: Number.MAX_SAFE_INTEGER,
  mostWaiting: 128,
  waitMs: 2_000,
} as const satisfies ConnectionLimits

export const HOLD_DEFAULTS = { forMs: 0, mostRequests: 128 } as const satisfies HoldLimits

export const ROLLBACK_DEFAULTS = {
  windowMs: 60_000,
  failures: 3,
  shareRatio: 0.2,
  leastRequests: 20,
} as const satisfies RollbackLimits

export const HEALTH_DEFAULTS = { timeoutMs: 2_000, failedChecks: 3, passedChecks: 1 } as const

/** That of the registry's slots. */
export const GRACE_DEFAULT_MS = 3_600_000
