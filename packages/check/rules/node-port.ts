import { formatPortRange, KUBERNETES_NODE_PORT_RANGE, rangeContains } from '@portolan/ports'
import { allServices } from '../holding.ts'
import { defineRule } from '../rule.ts'
import { listed, portName } from '../wording.ts'

const CODES = {
  NODE_PORT_OUT_OF_RANGE: { severity: 'error', title: 'A node port that Kubernetes refuses' },
} as const

export const nodePort = defineRule(CODES, (resolved, say) =>
  allServices(resolved).flatMap((service) =>
    service.ports.flatMap((port) => {
      const outside = Object.values(port.nodePorts).filter((one) => !rangeContains(KUBERNETES_NODE_PORT_RANGE, one))
      if (outside.length === 0) return []
      const message =
        `The node port ${listed(outside.map(String))} of ${portName(service, port)} is outside ` +
        `${formatPortRange(KUBERNETES_NODE_PORT_RANGE)}, and the API server refuses the whole Service. ` +
        'Take a number inside, or a LoadBalancer or an ingress for a number such as 443.'
      return [say('NODE_PORT_OUT_OF_RANGE', { at: [...port.source, 'nodePort'], message })]
    }),
  ),
)
