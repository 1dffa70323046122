import { formatPortRange, rangeContains, rangeSize, rangesOverlap } from '@portolan/ports'
import type { DeclaredService, DeclaredStack, Port } from '@portolan/stack'
import { allServices, type Holding, holdingsOf, hostOf } from '../holding.ts'
import { hasLivekitSettings, type LivekitPort, livekitPorts, livekitSetting, settingPath } from '../livekit.ts'
import { hasNumber, openPorts } from '../open-port.ts'
import { defineRule } from '../rule.ts'
import { isMap } from '../settings.ts'
import { listed, numbers, portName } from '../wording.ts'

const CODES = {
  LIVEKIT_PORT_TAKEN: { severity: 'error', title: 'LiveKit is set to a port that another service holds' },
  LIVEKIT_PORT_UNDECLARED: { severity: 'warning', title: 'LiveKit is set to a port that the stack does not declare' },
  LIVEKIT_PORT_UNSERVED: { severity: 'error', title: 'A declared port that LiveKit does not serve' },
} as const

/** LiveKit's own settings, held against the ports that the stack declares for it. */
export const livekitPortsRule = defineRule(CODES, (resolved, say) =>
  allServices(resolved)
    .filter(hasLivekitSettings)
    .flatMap((service) => {
      const undeclared = livekitPorts(service)
        .filter((stated) => !isDeclared(stated, service) && !isSinglePortRange(stated))
        .flatMap((stated) => {
          const holders = holdersOf(stated, service, resolved)
          // One of its ports may be given that number: PORT_AUTO_LITERAL says what there is to say.
          if (holders.length === 0 && openPorts(service, stated.transport).length > 0) return []
          if (holders.length === 0) {
            return say('LIVEKIT_PORT_UNDECLARED', { at: stated.at, message: undeclaredMessage(stated, service) })
          }
          const related = holders.map((held) => ({
            at: held.source,
            message: `${portName(held.service, held.port)} holds ${numbers(held.range, held.transport)}`,
          }))
          return say('LIVEKIT_PORT_TAKEN', { at: stated.at, message: takenMessage(stated, service, holders), related })
        })
      const unserved = service.ports.filter(hasNumber).flatMap((port) => {
        const missing = unservedOf(service, port)
        if (missing.length === 0) return []
        const message =
          `${portName(service, port)} is declared for ${listed(missing.map(({ what }) => what))}, which nothing ` +
          `serves there: ${missing[0]?.why ?? ''}. Firewalls and forwards are opened for it, and whoever is told to ` +
          `use it gets no answer. ${missing[0]?.remedy ?? ''}`
        const related = [{ at: settingPath(service, ['turn']), message: 'what LiveKit is told' }]
        return [say('LIVEKIT_PORT_UNSERVED', { at: port.source, message, related })]
      })
      return [...undeclared, ...unserved]
    }),
)

/** A single port, as part of a declared one; a range, as a whole: half a range is opened in no firewall. */
function isDeclared({ range, transport }: LivekitPort, { ports }: DeclaredService): boolean {
  return ports.some((port) => {
    if (!hasNumber(port) || !port.transports.includes(transport)) return false
    if (rangeSize(range) === 1) return rangeContains(port.range, range)
    return port.range.first === range.first && port.range.last === range.last
  })
}

/** LIVEKIT_RANGE_SINGLE says all that there is to say about `port_range_start` = `port_range_end`. */
function isSinglePortRange({ key, range }: LivekitPort): boolean {
  return key === 'rtc.port_range_start' && rangeSize(range) === 1
}

/** In a cluster every pod has the whole range of ports to itself. */
function holdersOf(stated: LivekitPort, service: DeclaredService, resolved: DeclaredStack): readonly Holding[] {
  if (hostOf(resolved, service)?.kind === 'kubernetes') return []
  return holdingsOf(resolved).filter(
    (held) =>
      held.service !== service &&
      held.host.name === service.host &&
      held.transport === stated.transport &&
      rangesOverlap(held.range, stated.range),
  )
}

function takenMessage(stated: LivekitPort, service: DeclaredService, holders: readonly Holding[]): string {
  const names = listed(holders.map((held) => portName(held.service, held.port)))
  const remedy = stated.key.startsWith('turn.')
    ? 'To use another TURN server set "turn.enabled: false" and list it under "rtc.turn_servers"; "turn" is LiveKit’s own.'
    : 'Give one of them another number.'
  return (
    `"${stated.key}" makes "${service.name}" listen on ${numbers(stated.range, stated.transport)}, which ${names} ` +
    `holds on host "${service.host}". Whoever starts second fails with EADDRINUSE. ${remedy}`
  )
}

function undeclaredMessage(stated: LivekitPort, service: DeclaredService): string {
  const near = service.ports
    .filter(hasNumber)
    .find(({ range, transports }) => transports.includes(stated.transport) && rangesOverlap(range, stated.range))
  const declared = near === undefined ? '' : ` (${portName(service, near)} is ${formatPortRange(near.range)})`
  return (
    `"${stated.key}" makes "${service.name}" listen on ${numbers(stated.range, stated.transport)}, which none of its ` +
    `ports declares${declared}. So no check, firewall or manifest knows of it. Declare it, or correct the setting.`
  )
}

interface Unserved {
  readonly what: string
  readonly why: string
  readonly remedy: string
}

/** Only what the settings speak of: `turn` when it is there, `rtc.tcp_port` when it is off. */
function unservedOf(service: DeclaredService, port: Port): readonly Unserved[] {
  const missing: Unserved[] = []
  if (port.speaks.includes('ice-tcp') && livekitSetting(service, ['rtc', 'tcp_port']) === 0) {
    const remedy = 'Set "rtc.tcp_port" to its number, or take the port away.'
    missing.push({ what: 'ICE over TCP', why: '"rtc.tcp_port: 0" turns it off', remedy })
  }
  if (!isMap(livekitSetting(service, ['turn']))) return missing
  for (const protocol of ['turn', 'turns'] as const) {
    if (!port.speaks.includes(protocol)) continue
    for (const transport of port.transports) {
      if (servesTurn(service, port, `${protocol}/${transport}`)) continue
      missing.push(turnUnserved(service, port, `${protocol}/${transport}`))
    }
  }
  return missing
}

type TurnKind = `${'turn' | 'turns'}/${'tcp' | 'udp'}`

function servesTurn(service: DeclaredService, { range }: Port, kind: TurnKind): boolean {
  if (livekitSetting(service, ['turn', 'enabled']) !== true || kind === 'turns/udp') return false
  const key = kind === 'turn/udp' ? 'udp_port' : 'tls_port'
  const number = livekitSetting(service, ['turn', key])
  const isThere = typeof number === 'number' && rangeContains(range, number)
  const isPlain = livekitSetting(service, ['turn', 'external_tls']) === true
  // With `external_tls` a load balancer ends the TLS, and LiveKit itself speaks plain TCP on `tls_port`.
  return isThere && (kind !== 'turn/tcp' || isPlain)
}

function turnUnserved(service: DeclaredService, { range }: Port, kind: TurnKind): Unserved {
  const what = `${kind.startsWith('turns') ? 'TURN over TLS' : 'TURN'} on ${formatPortRange(range)}/${kind.split('/')[1]}`
  const remedy = 'Take that transport away; for networks without UDP set "turn.tls_port" and declare it.'
  if (livekitSetting(service, ['turn', 'enabled']) !== true) {
    return { what, why: '"turn.enabled" is not true', remedy: 'Set "turn.enabled: true", or take the port away.' }
  }
  if (kind === 'turn/tcp') {
    return { what, why: 'LiveKit’s TURN speaks UDP on "udp_port" and TLS on "tls_port", and no plain TCP', remedy }
  }
  if (kind === 'turns/udp') return { what, why: 'LiveKit’s TURN has no TLS over UDP', remedy }
  const key = kind === 'turn/udp' ? 'udp_port' : 'tls_port'
  const stated = livekitSetting(service, ['turn', key]) ?? 0
  return {
    what,
    why: `"turn.${key}" is ${JSON.stringify(stated)}`,
    remedy: `Set "turn.${key}" to it, or take the port away.`,
  }
}
