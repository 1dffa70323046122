import { formatPortRange, type PortRange, type Transport } from '@portolan/ports'
import type { DeclaredPort, DeclaredService } from '@portolan/stack'

/** How people write a port of a service: `"livekit.media"`. */
export function portName(service: DeclaredService, port: DeclaredPort): string {
  return `"${service.name}.${port.name}"`
}

/** `50000-50020/udp`, `3478/udp+tcp`, `auto/tcp` */
export function numbers(range: PortRange | undefined, transports: readonly Transport[] | Transport): string {
  return `${range === undefined ? 'auto' : formatPortRange(range)}/${typeof transports === 'string' ? transports : transports.join('+')}`
}

/** `a`, `a and b`, `a, b and c`; each once */
export function listed(words: readonly string[], conjunction: 'and' | 'or' = 'and'): string {
  const unique = [...new Set(words)]
  const last = unique.at(-1) ?? ''
  return unique.length < 2 ? last : `${unique.slice(0, -1).join(', ')} ${conjunction} ${last}`
}

/** `1 port`, `10,001 ports` */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`
}
