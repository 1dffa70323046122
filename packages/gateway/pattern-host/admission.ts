import type { Answer } from '../answer.ts'
import type { Destination } from '../destination.ts'
import type { Exchange } from '../exchange.ts'
import type { RequestHead } from '../request-head.ts'

/** A request whose head has been read. */
export interface Arrival {
  readonly exchange: Exchange
  readonly head: RequestHead
  /** It asks for a WebSocket. */
  readonly isUpgrade: boolean
  /** What the client's connection speaks, as far as those in front are believed. */
  readonly protocol: 'http' | 'https'
}

/** What becomes of a request: it goes on, or is answered here. Whatever refuses it is thrown. */
export type Admission =
  | { readonly kind: 'forward'; readonly destination: Destination }
  | { readonly kind: 'answer'; readonly answer: Answer }

/** Decides about requests for which no path's route counts. */
export interface Doorkeeper {
  /** Whether it is the one to decide. Asked for every request. */
  decides(head: RequestHead): boolean
  /** @throws the reason why the request goes nowhere */
  admit(arrival: Arrival): Promise<Admission>
}
