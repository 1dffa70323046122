import type { DeclaredService, Port } from '@portolan/stack'

/** Where something answers: a name or an address, and one port. */
export interface Place {
  readonly host: string
  readonly port: number
}

/** What every service of a stack on this machine is reached at from this machine. */
const LOOPBACK = '127.0.0.1'

/** The address a service binds for a port that may be reached from so far. */
export function bindAddress({ reach }: Pick<Port, 'reach'>): string {
  // On one machine `internal` is the machine itself.
  return reach === 'public' ? '0.0.0.0' : LOOPBACK
}

/**
 * Where a port is reached from this machine.
 * An external service is where its `run` says, its main port under the number given there.
 */
export function placeOf(service: DeclaredService, port: Port): Place {
  if (service.run.kind !== 'external') return { host: LOOPBACK, port: port.published.first }
  const external = parseExternal(service.run.address)
  const isMain = service.ports[0]?.name === port.name
  return { host: external.host, port: isMain ? (external.port ?? port.range.first) : port.range.first }
}

/** `db.example.com:5432`, `[2001:db8::1]:5432`, or a URL, whose credentials stay out. */
export function parseExternal(address: string): { readonly host: string; readonly port: number | undefined } {
  const url = URL.parse(address.includes('://') ? address : `tcp://${address}`)
  if (url === null) return { host: address, port: undefined }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return { host, port: url.port === '' ? undefined : Number(url.port) }
}

const SCHEMES = ['https', 'http', 'postgres', 'redis', 'websocket', 's3'] as const
const SCHEME_WORDS = {
  https: 'https',
  http: 'http',
  postgres: 'postgres',
  redis: 'redis',
  websocket: 'ws',
  s3: 'http',
} as const

/** `http://127.0.0.1:8000`; `tcp://` or `udp://` where it is not said what speaks there. */
export function urlOf(service: DeclaredService, port: Port): string {
  const { host, port: number } = placeOf(service, port)
  const spoken = SCHEMES.find((scheme) => port.speaks.includes(scheme))
  const scheme = spoken === undefined ? (port.transports[0] ?? 'tcp') : SCHEME_WORDS[spoken]
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${number}`
}
