import type { PortRange } from '@portolan/ports'
import type { EntryShape, EntrySlots, Need } from './port-entry.ts'

/** A claim as it is written into files: who holds which ports, and what runs in a pair's halves where that is known. */
export interface FileClaim extends Need {
  readonly shape: EntryShape
  readonly range: PortRange
  readonly slots?: EntrySlots
}
