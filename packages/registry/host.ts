import type { PortRange } from '@portolan/ports'

/** A machine that ports live on. */
export interface Host {
  readonly name: string
  readonly addresses: readonly string[]
  /** Its ports for outgoing connections, which may be taken at any moment. Nothing is allocated from them. */
  readonly ephemeralRange: PortRange | undefined
  readonly createdAt: Date
}

export interface HostDraft {
  readonly name: string
  readonly addresses?: readonly string[]
  /** Linux's default, 32768–60999, unless said otherwise; `none` for a host whose kernel keeps to no range of ours. */
  readonly ephemeralRange?: PortRange | 'none'
}
