import { LIVEKIT_MEDIA_RANGE } from '@portolan/ports'
import type { DeclaredService } from '@portolan/stack'
import { allServices } from '../holding.ts'
import { hasLivekitSettings, livekitSetting, mediaEnds, sectionKeys, settingPath } from '../livekit.ts'
import { defineRule, type Statement } from '../rule.ts'
import { listed } from '../wording.ts'

const CODES = {
  LIVEKIT_KEY_UNKNOWN: { severity: 'error', title: 'A setting that LiveKit does not have' },
  LIVEKIT_NODE_IP_IGNORED: { severity: 'warning', title: 'LiveKit ignores the node address that it is given' },
  LIVEKIT_RANGE_SINGLE: { severity: 'warning', title: 'A media range of one port, which does not turn UDP off' },
  LIVEKIT_TURN_DOMAIN: { severity: 'error', title: 'TURN over TLS without a domain that LiveKit accepts' },
  LIVEKIT_TURN_PORTLESS: { severity: 'error', title: 'LiveKit’s TURN is on, but has no port' },
  LIVEKIT_UDP_PORT_IGNORED: { severity: 'warning', title: 'LiveKit ignores its single UDP port' },
} as const

const LOOKS = [
  ['LIVEKIT_KEY_UNKNOWN', unknownPorts],
  ['LIVEKIT_NODE_IP_IGNORED', ignoredNodeAddress],
  ['LIVEKIT_RANGE_SINGLE', singlePortRange],
  ['LIVEKIT_TURN_DOMAIN', turnDomain],
  ['LIVEKIT_TURN_PORTLESS', turnWithoutPort],
  ['LIVEKIT_UDP_PORT_IGNORED', ignoredUdpPort],
] as const satisfies readonly (readonly [keyof typeof CODES, (service: DeclaredService) => readonly Statement[]])[]

/** LiveKit's settings against LiveKit itself (its source, v1.13). */
export const livekitSettings = defineRule(CODES, (resolved, say) =>
  allServices(resolved)
    .filter(hasLivekitSettings)
    .flatMap((service) => LOOKS.flatMap(([code, look]) => look(service).map((statement) => say(code, statement)))),
)

/** Of the keys only those of ports are held against a list: the others come and go with LiveKit's releases. */
const PORT_KEYS = { turn: ['udp_port', 'tls_port'], rtc: ['udp_port', 'tcp_port'] } as const

function unknownPorts(service: DeclaredService): readonly Statement[] {
  return (['turn', 'rtc'] as const).flatMap((section) => {
    const known: readonly string[] = PORT_KEYS[section]
    const unknown = sectionKeys(service, section).filter((key) => key.endsWith('_port') && !known.includes(key))
    return unknown.map((key) => {
      const has = listed(known.map((one) => `"${section}.${one}"`))
      const message =
        `LiveKit has no "${section}.${key}"; the ports of "${section}" are ${has}. It reads its file strictly, so it ` +
        'refuses to start, and still exits with 0. Take the key away.'
      return { at: settingPath(service, [section, key]), message }
    })
  })
}

function ignoredNodeAddress(service: DeclaredService): readonly Statement[] {
  if (livekitSetting(service, ['rtc', 'use_external_ip']) !== true) return []
  if (livekitSetting(service, ['rtc', 'node_ip']) === undefined) return []
  const message =
    `"${service.name}" has "rtc.node_ip" and "rtc.use_external_ip: true". The latter wins: LiveKit asks a STUN server ` +
    'for its address, does not start when that fails, and advertises what it was told. Keep one of the two.'
  const related = [{ at: settingPath(service, ['rtc', 'use_external_ip']), message: 'this one wins' }]
  return [{ at: settingPath(service, ['rtc', 'node_ip']), message, related }]
}

function singlePortRange(service: DeclaredService): readonly Statement[] {
  const [first, last] = mediaEnds(service)
  if (first === undefined || first !== last) return []
  const isFatal = livekitSetting(service, ['rtc', 'use_external_ip']) === true
  const effect = isFatal ? ' Together with "use_external_ip: true" LiveKit panics at the start.' : ''
  const message =
    `"rtc.port_range_start" and "rtc.port_range_end" are both ${first}. That does not turn UDP off: it leaves one UDP ` +
    `port for all media.${effect} Write "rtc.force_tcp: true" to do without UDP, "rtc.udp_port" for one shared port, ` +
    `or a range such as ${LIVEKIT_MEDIA_RANGE.first} to ${LIVEKIT_MEDIA_RANGE.last}.`
  return [{ at: settingPath(service, ['rtc', 'port_range_start']), message, severity: isFatal ? 'error' : 'warning' }]
}

/** `IsValidDomain` in LiveKit's TURN server asks for a dot in it. */
const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+\.?$/i

function turnDomain(service: DeclaredService): readonly Statement[] {
  const port = livekitSetting(service, ['turn', 'tls_port'])
  if (livekitSetting(service, ['turn', 'enabled']) !== true || typeof port !== 'number' || port === 0) return []
  const domain = livekitSetting(service, ['turn', 'domain'])
  if (typeof domain === 'string' && (domain.includes('${') || DOMAIN.test(domain))) return []
  const stated = typeof domain === 'string' && domain !== '' ? `is "${domain}"` : 'is not set'
  const message =
    `"turn.tls_port" is ${port}, and "turn.domain" ${stated}. TURN over TLS needs the domain of its certificate, and ` +
    'LiveKit refuses to start without a full one. Set a name such as "turn.example.com", or "turn.tls_port: 0".'
  return [{ at: settingPath(service, ['turn', typeof domain === 'string' ? 'domain' : 'tls_port']), message }]
}

function turnWithoutPort(service: DeclaredService): readonly Statement[] {
  if (livekitSetting(service, ['turn', 'enabled']) !== true) return []
  const isSet = ['udp_port', 'tls_port'].some((key) => {
    const value = livekitSetting(service, ['turn', key])
    return value !== undefined && value !== 0
  })
  if (isSet) return []
  const message =
    '"turn.enabled" is true, but neither "turn.udp_port" nor "turn.tls_port" is set. Both default to 0, whatever the ' +
    'sample file says, and LiveKit refuses to start ("invalid TURN ports"). Set one of them.'
  return [{ at: settingPath(service, ['turn', 'enabled']), message }]
}

function ignoredUdpPort(service: DeclaredService): readonly Statement[] {
  const [first] = mediaEnds(service)
  const single = livekitSetting(service, ['rtc', 'udp_port'])
  if (first === undefined || single === undefined || single === 0) return []
  const message =
    `"rtc.udp_port" is ${JSON.stringify(single)}, but "rtc.port_range_start" is set as well, and then the range wins. A firewall ` +
    'opened for the single port alone stops all media. Keep one of the two.'
  const related = [{ at: settingPath(service, ['rtc', 'port_range_start']), message: 'this one wins' }]
  return [{ at: settingPath(service, ['rtc', 'udp_port']), message, related }]
}
