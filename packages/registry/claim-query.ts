import type { Transport } from '@portolan/ports'
import type { Claim } from './claim.ts'
import type { EventType } from './operation.ts'
import { RequestCheck } from './request.ts'

export interface ClaimFilter {
  readonly host?: string
  readonly project?: string
  /** Only claims of projects that one of these fits; `*` stands for any text. */
  readonly projectPatterns?: readonly string[]
  readonly environment?: string
  readonly kind?: string
  readonly purpose?: string
  readonly transport?: Transport
  /** Only claims that hold this port. */
  readonly port?: number
  /** Only claims with all of these. */
  readonly labels?: Readonly<Record<string, string>>
  /** Live ones unless said otherwise. */
  readonly state?: 'live' | 'released' | 'any'
}

/** What a project holds for one need. */
export interface HeldFilter {
  readonly project: string
  readonly environment: string
  readonly kind: string
  readonly purpose?: string
  readonly transport?: Transport
  /** Needed when it holds such ports on several hosts. */
  readonly host?: string
}

export interface Page {
  /** At most so many, up to 1,000; 100 unless said otherwise. */
  readonly limit?: number
  /** The `next` of the page before. */
  readonly after?: number
}

export interface ClaimPage {
  readonly claims: readonly Claim[]
  /** Where the next page begins; undefined when this is the last one. */
  readonly next: number | undefined
}

export interface HistoryFilter {
  readonly host?: string
  readonly project?: string
  /** Everything that ever concerned this port. */
  readonly port?: number
  readonly transport?: Transport
  readonly claimId?: number
}

/** One line of the history: who took 4102, when, and why. */
export interface RegistryEvent {
  readonly id: number
  readonly at: Date
  readonly type: EventType
  readonly actor: string
  readonly reason: string | undefined
  readonly host: string | undefined
  /** The claim as it is today. */
  readonly claim: Claim | undefined
  /** The claim's token after the event. */
  readonly token: number | undefined
  readonly details: unknown
}

export interface EventPage {
  readonly events: readonly RegistryEvent[]
  readonly next: number | undefined
}

export const PAGE_LIMITS = { default: 100, most: 1_000 } as const

/** @throws REGISTRY_REQUEST_INVALID */
export function checkPage({ limit, after }: Page): void {
  const check = new RequestCheck().count('limit', limit, [1, PAGE_LIMITS.most])
  check.count('after', after, [0, Number.MAX_SAFE_INTEGER]).done()
}
