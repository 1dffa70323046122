import { errorMessage } from '@portolan/errors'
import { formatPortRange, type PortRange, parsePortRange, shiftRange, singlePort } from '@portolan/ports'
import { type Fault, faultAt } from './fault.ts'
import type { Path, Positions } from './position.ts'

/**
 * The numbers that a copy of a stack was given: the first one of each port, by `portKey`. What is not among them lies
 * where the file says it.
 */
export type PortNumbers = ReadonlyMap<string, number>

/** What drawing one part of the model needs: where things stand, where ports lie, and where faults go. */
export interface Resolving {
  readonly positions: Positions
  readonly shift: number
  readonly numbers: PortNumbers
  readonly faults: Fault[]
}

/** A range as written; a number or text that is none becomes a fault at its place, and undefined. */
export function rangeAt(written: string | number, path: Path, { positions, faults }: Resolving): PortRange | undefined {
  try {
    return typeof written === 'number' ? singlePort(written) : parsePortRange(written)
  } catch (cause) {
    faults.push(faultAt(positions.at(path), { code: 'STACK_VALUE_INVALID', message: errorMessage(cause) }))
    return undefined
  }
}

/** The range moved by the stack's shift; one that leaves 1–65535 is a fault. */
export function shiftedAt(range: PortRange, path: Path, { positions, shift, faults }: Resolving): PortRange {
  const moved = shift === 0 ? range : shiftRange(range, shift)
  if (moved !== undefined) return moved
  const message = `Port ${formatPortRange(range)} moved by ${shift} leaves the range from 1 to 65535.`
  faults.push(faultAt(positions.at(path), { code: 'STACK_SHIFT_OUT_OF_RANGE', message, expected: 'a smaller shift' }))
  return range
}

/** How a port is named in {@link PortNumbers}: `web.http`. */
export function portKey(service: string, port: string): string {
  return `${service}.${port}`
}
