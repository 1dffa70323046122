import type { Bench } from '../program.ts'
import type { Services } from '../services/services.ts'

/** A proxy that has been started: `/api` goes to the one service, `/live` to the other. */
export interface StartedProxy {
  readonly name: string
  readonly pid: number
  readonly port: number
}

export interface ProxyPlaces extends Services {
  readonly bench: Bench
  readonly port: number
}

/** A proxy that can be started. */
export interface ProxyKind {
  readonly name: string
  /** @returns undefined when it cannot be had on this machine */
  readonly start: (places: ProxyPlaces) => Promise<StartedProxy | undefined>
}
