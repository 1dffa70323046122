import { type PortRange, parsePortRange, rangeSize, type Transport } from '@portolan/ports'

/** One published port of a service, as its short form says it. */
export interface ComposePort {
  /** Undefined when the engine chooses a free one. */
  readonly published: PortRange | undefined
  readonly transport: Transport
  readonly hostIp: string | undefined
  /** Where the published ports stand in the text. */
  readonly offset: number
  readonly length: number
}

// [HOST:]CONTAINER[/PROTOCOL] where HOST is [IP:](port | range), as the Compose Specification has it ("ports", short
// syntax); a variable with a default (`${PORT:-4100}`) is read as that default.
const SHORT =
  /^(?:(?<ip>\[[0-9a-fA-F:.]+\]|\d+\.\d+\.\d+\.\d+):)?(?:(?<host>\$\{\w+:?-(?<default>\d+(?:-\d+)?)\}|\d+(?:-\d+)?)?:)?(?<container>\d+(?:-\d+)?|\$\{\w+:?-\d+(?:-\d+)?\})(?:\/(?<protocol>tcp|udp))?$/

/**
 * @returns undefined when the text is none; `computed` when it depends on a variable without a default
 * @throws PORTS_RANGE_INVALID for numbers that are no ports
 */
export function parseComposePort(text: string): ComposePort | 'computed' | undefined {
  const groups = SHORT.exec(text)?.groups
  if (groups === undefined) return /\$(?:\{|\w)/.test(text) ? 'computed' : undefined
  const { ip, host, default: fallback, container = '', protocol } = groups
  const ports = fallback ?? host
  const published = ports === undefined ? undefined : parsePortRange(ports)
  const target = container.startsWith('$') ? undefined : parsePortRange(container)
  // 3000-3005:3000 lets the engine choose one of the host's range (Compose Specification): all of it is taken here.
  if (
    published !== undefined &&
    target !== undefined &&
    rangeSize(target) > 1 &&
    rangeSize(target) !== rangeSize(published)
  ) {
    return undefined
  }
  const hostOffset = ip === undefined ? 0 : ip.length + 1
  const offset =
    ports === undefined ? 0 : text.indexOf(ports, fallback === undefined ? hostOffset : text.indexOf('-', hostOffset))
  const transport = protocol === 'udp' ? 'udp' : 'tcp'
  return { published, transport, hostIp: ip?.replace(/^\[|\]$/g, ''), offset, length: ports?.length ?? 0 }
}
