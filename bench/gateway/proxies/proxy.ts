import type { Bench } from '../program.ts'
import type { Services } from '../services/services.ts'

/** A proxy that has been started: `/api` goes to the one service, `/live` to the other. */
export interface StartedProxy {
  readonly name: string
  readonly pid: number
  readonly port: number
  /** What a request has to say besides, such as the cookie of a session. */
  readonly headersOf?: (path: string) => Readonly<Record<string, string>>
}

/** The lines of a request for a path: for a proxy that asks for nothing, only where it goes. */
export function headerLines({ headersOf }: StartedProxy, path: string): string {
  const lines = Object.entries({ Host: '127.0.0.1', ...headersOf?.(path) })
  return lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
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
