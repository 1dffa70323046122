import {
  formatPortRange,
  KUBERNETES_NODE_PORT_RANGE,
  LINUX_EPHEMERAL_RANGE,
  rangeIntersection,
  rangeSize,
} from '@portolan/ports'
import type { Port } from '@portolan/stack'
import { allServices, hostOf } from '../holding.ts'
import { hasNumber } from '../open-port.ts'
import { defineRule } from '../rule.ts'
import { numbers, portName } from '../wording.ts'

const CODES = {
  MEDIA_RANGE_EPHEMERAL: { severity: 'warning', title: 'Media ports lie where the kernel takes outgoing ports from' },
  MEDIA_RANGE_NODE_PORTS: { severity: 'warning', title: 'Media ports lie where Kubernetes takes node ports from' },
} as const

const FEW_PORTS = 10

/** A media range is taken port by port while calls come and go, so whoever else draws from it wins now and then. */
export const mediaRange = defineRule(CODES, (resolved, say) =>
  allServices(resolved).flatMap((service) => {
    const host = hostOf(resolved, service)
    if (host === undefined || service.run.kind === 'external') return []
    const ephemeral = host.ephemeral ?? LINUX_EPHEMERAL_RANGE
    const isKubernetes = host.kind === 'kubernetes'
    return service.ports
      .filter(hasNumber)
      .filter(isMedia)
      .flatMap((port) => {
        // A media server in a cluster sits in the host's own network as a rule: what it advertises must be reachable.
        const range = isKubernetes ? port.range : port.published
        const name = `${portName(service, port)} (${numbers(range, port.transports)})`
        const inEphemeral = rangeIntersection(range, ephemeral)
        const inNodePorts = isKubernetes ? rangeIntersection(range, KUBERNETES_NODE_PORT_RANGE) : undefined
        const findings = []
        if (inEphemeral !== undefined) {
          const message =
            `${name} lies in the ephemeral range ${formatPortRange(ephemeral)} of host "${host.name}", from which its ` +
            'kernel takes the ports of outgoing connections. A call then fails now and then, because its port is in ' +
            'use. Take a range outside, one multiplexed UDP port, or reserve it: ' +
            `net.ipv4.ip_local_reserved_ports=${formatPortRange(inEphemeral)}.`
          findings.push(say('MEDIA_RANGE_EPHEMERAL', { at: port.source, message }))
        }
        if (inNodePorts !== undefined) {
          const message =
            `${name} lies in the node port range ${formatPortRange(KUBERNETES_NODE_PORT_RANGE)} of host "${host.name}". ` +
            'Kubernetes may give any of these ports to a Service, whose traffic then swallows the media. ' +
            'Take a range outside.'
          findings.push(say('MEDIA_RANGE_NODE_PORTS', { at: port.source, message }))
        }
        return findings
      })
  }),
)

function isMedia({ speaks, transports, range }: Port): boolean {
  if (speaks.includes('rtp') || speaks.includes('relay')) return true
  return transports.includes('udp') && rangeSize(range) > FEW_PORTS
}
