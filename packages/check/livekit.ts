import { isPortNumber, type PortRange, singlePort, type Transport } from '@portolan/ports'
import type { DeclaredService, Path } from '@portolan/stack'
import { isMap, settingAt } from './settings.ts'

/** A port that LiveKit's configuration makes it listen on. */
export interface LivekitPort {
  /** As in LiveKit's file: `turn.udp_port`. */
  readonly key: string
  readonly at: Path
  readonly range: PortRange
  readonly transport: Transport
}

const SINGLE = [
  [['port'], 'tcp'],
  [['prometheus_port'], 'tcp'],
  [['rtc', 'tcp_port'], 'tcp'],
] as const
const OF_TURN = [
  [['turn', 'udp_port'], 'udp'],
  [['turn', 'tls_port'], 'tcp'],
] as const

/** Whether its settings are to be judged: those of a service that others run are theirs. */
export function hasLivekitSettings({ run, settings }: DeclaredService): boolean {
  return run.kind !== 'external' && settings.livekit !== undefined
}

export function livekitSetting(service: DeclaredService, path: readonly string[]): unknown {
  return settingAt(service, ['livekit', ...path])
}

/** Every port that the settings state; what they leave to a default is not judged. 0 is off. */
export function livekitPorts(service: DeclaredService): readonly LivekitPort[] {
  const isTurnOn = livekitSetting(service, ['turn', 'enabled']) === true
  const stated = [...SINGLE, ...(isTurnOn ? OF_TURN : [])].flatMap(([path, transport]) => {
    const number = livekitSetting(service, path)
    if (typeof number !== 'number' || !isPortNumber(number)) return []
    return [{ key: path.join('.'), at: settingPath(service, path), range: singlePort(number), transport }]
  })
  return [...stated, ...mediaPorts(service)]
}

/** With a port range as well, `udp_port` is ignored. */
function mediaPorts(service: DeclaredService): readonly LivekitPort[] {
  const [first, last] = mediaEnds(service)
  if (first !== undefined && last !== undefined && first <= last) {
    const at = settingPath(service, ['rtc', 'port_range_start'])
    return [{ key: 'rtc.port_range_start', at, range: { first, last }, transport: 'udp' }]
  }
  const written = livekitSetting(service, ['rtc', 'udp_port'])
  const range = rangeOf(written)
  if (range === undefined) return []
  return [{ key: 'rtc.udp_port', at: settingPath(service, ['rtc', 'udp_port']), range, transport: 'udp' }]
}

/** `rtc.port_range_start` and `rtc.port_range_end`, each undefined when it is no port. */
export function mediaEnds(service: DeclaredService): readonly [number | undefined, number | undefined] {
  const start = livekitSetting(service, ['rtc', 'port_range_start'])
  const end = livekitSetting(service, ['rtc', 'port_range_end'])
  return [portOf(start), portOf(end)]
}

export function settingPath(service: DeclaredService, path: readonly string[]): Path {
  return [...service.source, 'settings', 'livekit', ...path]
}

/** The keys of a section of LiveKit's file, such as `rtc`. */
export function sectionKeys(service: DeclaredService, section: string): readonly string[] {
  const value = livekitSetting(service, [section])
  return isMap(value) ? Object.keys(value) : []
}

function portOf(value: unknown): number | undefined {
  return typeof value === 'number' && isPortNumber(value) ? value : undefined
}

/** One port, or `a-b`: LiveKit takes both for `udp_port`. */
function rangeOf(value: unknown): PortRange | undefined {
  const single = portOf(value)
  if (single !== undefined) return singlePort(single)
  const [, first, last] = (typeof value === 'string' ? /^(\d{1,5})-(\d{1,5})$/.exec(value) : null) ?? []
  const ends = { first: Number(first), last: Number(last) }
  return isPortNumber(ends.first) && isPortNumber(ends.last) && ends.first <= ends.last ? ends : undefined
}
