export const TRANSPORTS = ['tcp', 'udp'] as const

/** What carries a port. The same number over TCP and over UDP is two ports that never collide. */
export type Transport = (typeof TRANSPORTS)[number]

export function isTransport(value: unknown): value is Transport {
  return value === 'tcp' || value === 'udp'
}
