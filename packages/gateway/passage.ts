import type { Duplex } from 'node:stream'
import type { ClientPlace } from './client-address.ts'
import type { Destination } from './destination.ts'
import type { Exchange } from './exchange.ts'
import type { Pace } from './limits/pace.ts'
import type { RequestHead } from './request-head.ts'

/** One request on its way: everything that it began with. */
export interface Passage {
  readonly exchange: Exchange
  readonly head: RequestHead
  readonly route: Destination
  readonly client: ClientPlace
  /** It asks for a WebSocket. */
  readonly isUpgrade: boolean
  /** The client's connection has become a WebSocket. */
  readonly onTunnel: (socket: Duplex) => void
  /** What slows its content down, where something does. */
  readonly pace: Pace | undefined
}
