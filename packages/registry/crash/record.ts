/** What a client asks of a registry, in words that go over a process boundary. */
export type CrashRequest =
  | { readonly type: 'allocate'; readonly project: string; readonly purpose: string }
  | { readonly type: 'release'; readonly project: string; readonly claimId: number; readonly token: number | undefined }
  | {
      readonly type: 'takeOver'
      readonly project: string
      readonly claimId: number
      readonly token: number | undefined
    }

/** What became of it. `unknown`: the process or the database was lost before there was an answer. */
export type CrashOutcome =
  | {
      readonly state: 'done'
      readonly wasChanged: boolean
      readonly claimId: number
      readonly token: number
      readonly port: number
    }
  | { readonly state: 'refused'; readonly code: string }
  | { readonly state: 'unknown' }

/** One line of the recorded history. */
export interface CrashRecord {
  /** Goes along as the event's reason, so that the ledger says what the operation really did. */
  readonly id: number
  readonly host: string
  readonly request: CrashRequest
  readonly outcome: CrashOutcome
  /** Milliseconds on one clock: when it was asked, and when it was answered; for ever when it never was. */
  readonly askedAt: number
  readonly answeredAt: number
}

/** What the registry's own history says of one operation. */
export interface LedgerEntry {
  readonly operationId: number
  readonly type: 'allocated' | 'taken-over' | 'released'
  readonly host: string
  readonly claimId: number
  readonly token: number
  readonly port: number
  /** Whether the claim is still live at the end. */
  readonly isLive: boolean
}
