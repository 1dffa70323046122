import { formatPortRange, type PortRange, type Transport } from '@portolan/ports'

/** What can be wrong between the claims on a host and what is open there. */
export const DIFFERENCES = {
  RECONCILE_HOST_UNKNOWN: { severity: 'error', title: 'The host could not be looked at whole' },
  RECONCILE_CLAIM_CLOSED: { severity: 'warning', title: 'Claimed, and nothing listens' },
  RECONCILE_HALF_GONE: { severity: 'error', title: 'One half of a pair is gone' },
  RECONCILE_PORT_UNCLAIMED: { severity: 'warning', title: 'Open, and nobody has claimed it' },
  RECONCILE_HELD_BY_ANOTHER: { severity: 'error', title: 'Claimed by one, held by another' },
  RECONCILE_LABEL_DISAGREES: { severity: 'warning', title: 'A container says something else than its claim' },
  RECONCILE_LABEL_UNUSABLE: { severity: 'warning', title: 'A label that nobody can use' },
  RECONCILE_CLAIMANTS_DISAGREE: { severity: 'error', title: 'Several say that they are the same' },
  RECONCILE_FAMILIES_DISAGREE: { severity: 'warning', title: 'IPv4 and IPv6 lead to different things' },
  RECONCILE_SLOT_UNRECORDED: { severity: 'warning', title: 'Something runs in a slot that counts as empty' },
} as const satisfies Readonly<Record<string, { readonly severity: Severity; readonly title: string }>>

export type DifferenceCode = keyof typeof DIFFERENCES

/** `error`: a deployment will fail, or has. `warning`: it will hurt sooner or later. `note`: to be known. */
export type Severity = 'error' | 'warning' | 'note'

/** One difference. Its code is a promise to scripts; its words may be improved any day. */
export interface Difference {
  readonly code: DifferenceCode
  readonly severity: Severity
  readonly host: string
  /** Undefined when it is about the host as a whole. */
  readonly ports: PortRange | undefined
  readonly transport: Transport
  readonly project: string | undefined
  readonly claimId: number | undefined
  /** What is so, and why it matters. */
  readonly message: string
  /** What to do. */
  readonly remedy: string
  /** What was seen, line by line. */
  readonly evidence: readonly string[]
}

type Draft = Omit<Difference, 'severity' | 'project' | 'claimId'> &
  Partial<Pick<Difference, 'severity' | 'project' | 'claimId'>>

export function differenceOf(draft: Draft): Difference {
  return { severity: DIFFERENCES[draft.code].severity, project: undefined, claimId: undefined, ...draft }
}

/** One line for a person: `4101/tcp  RECONCILE_PORT_UNCLAIMED  …`. */
export function formatDifference({ code, ports, transport, message, remedy }: Difference): string {
  const place = ports === undefined ? '' : `${formatPortRange(ports)}/${transport}  `
  return `${place}${code}  ${message} ${remedy}`
}
