import { formatPortRange, rangesOverlap } from '@portolan/ports'
import {
  type DeclaredPort,
  type DeclaredService,
  type DeclaredStack,
  type Forward,
  GATEWAY,
  type Host,
} from '@portolan/stack'
import { uncovered } from '../coverage.ts'
import { allServices, type Holding, holdingsOf, isPublic } from '../holding.ts'
import { hasNumber, isWithin, mayServe } from '../open-port.ts'
import { defineRule } from '../rule.ts'
import { listed, numbers, portName } from '../wording.ts'

const CODES = {
  FORWARD_MISSING: { severity: 'error', title: 'A public port that is not passed on to its host' },
  FORWARD_NOWHERE: { severity: 'error', title: 'A port is passed on to where nothing serves' },
} as const

/** Where a host names its `forwards`, nothing else arrives; what they lead to has to be held there. */
export const forwards = defineRule(CODES, (resolved, say) => {
  const holdings = holdingsOf(resolved)
  const findings = []
  for (const host of resolved.hosts) {
    if (host.forwards === undefined) continue
    const dead = host.forwards
      .filter((forward) => !holdings.some((held) => isHeldBy(forward, held, host)))
      // A port without a number yet may be given that one.
      .filter(({ from }) => !mayServe(resolved, host, from.transport))
    for (const forward of dead) {
      const message =
        `Port ${numbers(forward.from.range, forward.from.transport)} is passed on to ${formatPortRange(forward.to)} of ` +
        `host "${host.name}", where nothing is served. ${nearMiss(forward, { host, resolved })}`
      findings.push(say('FORWARD_NOWHERE', { at: forward.source, message }))
    }
    for (const { service, port } of publicPorts(resolved, host)) {
      const missing = notPassedOn({ service, port }, host, holdings)
      // A forward that aims at the declared number and misses is the same mistake, told above.
      const isTold = dead.some(({ to, from }) => isWithin(port, to) && port.transports.includes(from.transport))
      if (missing === undefined || isTold) continue
      const message =
        `${portName(service, port)} is public, but ${missing}. Nobody outside reaches it. ` +
        'Pass it on, or make the port internal.'
      const related = [{ at: [...host.source, 'forwards'], message: `all that arrives at "${host.name}"` }]
      findings.push(say('FORWARD_MISSING', { at: port.source, message, related }))
    }
  }
  return findings
})

function isHeldBy({ to, from }: Forward, held: Holding, host: Host): boolean {
  return held.host.name === host.name && held.transport === from.transport && rangesOverlap(held.range, to)
}

/** Who listens on that number inside the cluster or the container: that is what was meant. */
function nearMiss({ to, from }: Forward, { host, resolved }: { host: Host; resolved: DeclaredStack }): string {
  for (const service of allServices(resolved)) {
    const port = service.ports
      .filter(hasNumber)
      .find(({ range, transports }) => rangesOverlap(range, to) && transports.includes(from.transport))
    if (port === undefined || service.host !== host.name || service.run.kind === 'external') continue
    const nodePort = port.nodePorts[from.transport]
    const name = portName(service, port)
    if (host.kind === 'kubernetes' && nodePort !== undefined) {
      return `${name} has that number inside the cluster only; on the host it is node port ${nodePort}: pass it on to that.`
    }
    if (host.kind === 'kubernetes')
      return `${name} has that number inside the cluster only: give it a node port, and pass it on to that.`
    return `${name} is published there as ${formatPortRange(port.published)}: pass it on to that.`
  }
  return 'Whoever connects is refused. Take the forward away, or declare what serves it.'
}

function publicPorts(resolved: DeclaredStack, host: Host): readonly { service: DeclaredService; port: DeclaredPort }[] {
  return allServices(resolved)
    .filter((service) => service.host === host.name && service.run.kind !== 'external')
    .flatMap((service) => service.ports.filter(hasNumber).map((port) => ({ service, port })))
    .filter(({ service, port }) => isPublic(service, port))
}

function notPassedOn(
  { service, port }: { readonly service: DeclaredService; readonly port: DeclaredPort },
  host: Host,
  holdings: readonly Holding[],
): string | undefined {
  const own = holdings.filter((held) => held.service === service && held.port === port)
  if (own.length === 0 && service.name !== GATEWAY) return `it has no node port on host "${host.name}"`
  const missing = own.flatMap(({ range, transport }) => {
    const arriving = host.forwards?.filter(({ from }) => from.transport === transport).map(({ to }) => to)
    return uncovered(range, arriving ?? []).map((part) => numbers(part, transport))
  })
  return missing.length === 0 ? undefined : `nothing passes ${listed(missing)} on to host "${host.name}"`
}
