import type { AuditEntry } from '../../api/contract.ts'
import { dayOf, type Formats } from '../../i18n/formats.ts'

export interface AuditDay {
  /** As `dayOf` says it. */
  readonly day: number
  /** The time of its newest entry. */
  readonly at: string
  readonly entries: readonly AuditEntry[]
}

/** Entries by day in the reader's time zone, in the order they came in. */
export function daysOf(formats: Formats, entries: readonly AuditEntry[]): readonly AuditDay[] {
  const days = Map.groupBy(entries, ({ at }) => dayOf(formats, at))
  return [...days].map(([day, each]) => ({ day, at: each[0]?.at ?? '', entries: each }))
}
