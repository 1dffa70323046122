import { numberInvalid, pairInvalid } from './errors.ts'
import { isPortNumber } from './port.ts'

/** An even port (blue) and the next odd one (green): one service's two halves during a deployment. */
export interface Pair {
  readonly blue: number
  readonly green: number
}

/**
 * The pair that a port belongs to, whichever half it is.
 * @throws PORTS_NUMBER_INVALID, and PORTS_PAIR_INVALID for port 1, whose blue half would be port 0
 */
export function pairOf(port: number): Pair {
  if (!isPortNumber(port)) throw numberInvalid(port)
  if (port === 1) throw pairInvalid(port)
  const blue = port - (port % 2)
  return { blue, green: blue + 1 }
}

export function isBluePort(port: number): boolean {
  return port % 2 === 0
}

export function isGreenPort(port: number): boolean {
  return port % 2 === 1
}
