import { formatPortRange, rangeIntersection } from '@portolan/ports'
import type { DeclaredPort, DeclaredService, DeclaredStack, Port, Protocol } from '@portolan/stack'
import { type ContradictionCode, contradiction, isStated, type StackPair } from '../contradiction.ts'
import type { Finding } from '../finding.ts'
import { allServices } from '../holding.ts'
import { hasNumber, isWithin } from '../open-port.ts'
import { listed, numbers, portName } from '../wording.ts'
import { portOwners } from './port-owners.ts'

/** A service that both files have, with one port of it in each. */
interface PortPair<P extends DeclaredPort = DeclaredPort> {
  readonly pair: StackPair
  readonly service: DeclaredService
  readonly a: P
  readonly b: P
}
type Difference = (ports: PortPair) => Finding | undefined

const DIFFERENCES: readonly Difference[] = [
  numbersDifference,
  publishedNumbersDifference,
  transportDifference,
  protocolDifference,
  reachDifference,
]

/** Numbers, transports, protocols and reach of the ports that both files have, and the ports that one lacks. */
export function portContradictions(pair: StackPair): readonly Finding[] {
  const others = allServices(pair.b)
  const perService = allServices(pair.a).flatMap((service) => {
    const other = others.find(({ name }) => name === service.name)
    if (other === undefined || service.ports.length === 0 || other.ports.length === 0) return []
    const matched = service.ports.flatMap((a) => {
      const b = counterpart(a, service.ports, other.ports)
      return b === undefined ? [] : [{ pair, service, a, b }]
    })
    const differences = matched.flatMap((ports) => DIFFERENCES.flatMap((look) => look(ports) ?? []))
    return [...differences, ...missingPorts(pair, service, other)]
  })
  return [...perService, ...portOwners(pair)]
}

/** By name; else the port with the same number, which has merely another name. */
function counterpart(
  port: DeclaredPort,
  own: readonly DeclaredPort[],
  others: readonly DeclaredPort[],
): DeclaredPort | undefined {
  const byName = others.find(({ name }) => name === port.name)
  if (byName !== undefined) return byName
  return others.find(
    (other) =>
      hasNumber(port) &&
      isWithin(other, port.range) &&
      other.transports.some((transport) => port.transports.includes(transport)) &&
      !own.some(({ name }) => name === other.name),
  )
}

function differing<P extends DeclaredPort>(
  code: ContradictionCode,
  { pair, service, a, b }: PortPair<P>,
  { key, says }: { readonly key: string; readonly says: (port: P) => string },
): Finding {
  return contradiction(
    code,
    {
      subject: portName(service, a),
      here: { stack: pair.a, path: [...a.source, key], says: says(a) },
      there: { stack: pair.b, path: [...b.source, key], says: says(b) },
    },
    pair,
  )
}

function isSame(a: { first: number; last: number }, b: { first: number; last: number }): boolean {
  return a.first === b.first && a.last === b.last
}

/** Who leaves the number to a registry contradicts nobody's. */
function numbersDifference({ a, b, ...rest }: PortPair): Finding | undefined {
  if (!hasNumber(a) || !hasNumber(b)) return nodePortDifference({ a, b, ...rest })
  return numberDifference({ a, b, ...rest })
}

function numberDifference(ports: PortPair<Port>): Finding | undefined {
  const { a, b } = ports
  if (!isSame(a.range, b.range)) {
    const says = ({ range, published }: Port): string =>
      `listens on ${formatPortRange(range)}` +
      (isSame(range, published) ? '' : ` and is published as ${formatPortRange(published)}`)
    const key = a.range.first === a.range.last ? 'port' : 'range'
    return differing('CONTRADICTION_PORT_NUMBER', ports, { key, says })
  }
  return nodePortDifference(ports)
}

function nodePortDifference(ports: PortPair): Finding | undefined {
  const { a, b } = ports
  const isApart = a.transports.some((transport) => {
    const [one, other] = [a.nodePorts[transport], b.nodePorts[transport]]
    return one !== undefined && other !== undefined && one !== other
  })
  if (!isApart) return undefined
  const says = ({ nodePorts }: DeclaredPort): string => `has node port ${listed(Object.values(nodePorts).map(String))}`
  return differing('CONTRADICTION_PORT_NUMBER', ports, { key: 'nodePort', says })
}

function publishedNumbersDifference({ a, b, ...rest }: PortPair): Finding | undefined {
  return hasNumber(a) && hasNumber(b) ? publishedDifference({ a, b, ...rest }) : undefined
}

function publishedDifference(ports: PortPair<Port>): Finding | undefined {
  const { a, b, pair } = ports
  if (isSame(a.published, b.published)) return undefined
  // A container's own number already differs, and its published one follows it unless both files set it.
  const bothState = isStated(pair.a, [...a.source, 'publish']) && isStated(pair.b, [...b.source, 'publish'])
  if (!isSame(a.range, b.range) && !bothState) return undefined
  const says = ({ published }: Port): string => `is published as ${formatPortRange(published)}`
  return differing('CONTRADICTION_PORT_PUBLISHED', ports, { key: 'publish', says })
}

function transportDifference(ports: PortPair): Finding | undefined {
  const { a, b, pair } = ports
  if (new Set(a.transports).symmetricDifference(new Set(b.transports)).size === 0) return undefined
  const bothState = isStated(pair.a, [...a.source, 'transport']) && isStated(pair.b, [...b.source, 'transport'])
  const sharesOne = a.transports.some((transport) => b.transports.includes(transport))
  if (!bothState && sharesOne) return undefined
  const says = ({ transports }: DeclaredPort): string => `goes over ${listed(transports)}`
  return differing('CONTRADICTION_PORT_TRANSPORT', ports, { key: 'transport', says })
}

/** What speaks the one speaks the other as well: all of these begin as HTTP, and a TURN server answers STUN (RFC 8656). */
const IMPLIED: Readonly<Partial<Record<Protocol, Protocol>>> = {
  s3: 'http',
  sse: 'http',
  websocket: 'http',
  turn: 'stun',
}

function protocolDifference(ports: PortPair): Finding | undefined {
  const { a, b, pair } = ports
  const bothState = isStated(pair.a, [...a.source, 'speaks']) && isStated(pair.b, [...b.source, 'speaks'])
  if (!bothState || spoken(a).symmetricDifference(spoken(b)).size === 0) return undefined
  const says = ({ speaks }: DeclaredPort): string => `speaks ${listed(speaks)}`
  return differing('CONTRADICTION_PORT_PROTOCOL', ports, { key: 'speaks', says })
}

function spoken({ speaks }: DeclaredPort): Set<Protocol> {
  // S3 is HTTP with a meaning of its own: saying "http" of it, or not, is the same.
  return new Set(speaks.flatMap((protocol) => [protocol, IMPLIED[protocol] ?? protocol]))
}

function reachDifference(ports: PortPair): Finding | undefined {
  const { a, b, pair } = ports
  const bothState = isStated(pair.a, [...a.source, 'reach']) && isStated(pair.b, [...b.source, 'reach'])
  if (a.reach === b.reach || !bothState) return undefined
  return differing('CONTRADICTION_PORT_REACH', ports, { key: 'reach', says: ({ reach }) => `is ${reach}` })
}

function missingPorts(pair: StackPair, service: DeclaredService, other: DeclaredService): readonly Finding[] {
  return [
    ...lacking({ stack: pair.a, service }, { stack: pair.b, service: other }, pair),
    ...lacking({ stack: pair.b, service: other }, { stack: pair.a, service }, pair),
  ]
}

interface Side {
  readonly stack: DeclaredStack
  readonly service: DeclaredService
}

function lacking(having: Side, without: Side, pair: StackPair): readonly Finding[] {
  return having.service.ports
    .filter((port) => counterpart(port, having.service.ports, without.service.ports) === undefined)
    .filter((port) => !isHeldByAnother(port, without))
    .map((port) =>
      contradiction(
        'CONTRADICTION_PORT_MISSING',
        {
          subject: portName(having.service, port),
          here: { stack: having.stack, path: port.source, says: `is ${numbers(port.range, port.transports)}` },
          there: { stack: without.stack, path: [...without.service.source, 'ports'], says: 'does not exist' },
        },
        pair,
      ),
    )
}

/** Then the owner of the number is the matter, and that is said elsewhere. */
function isHeldByAnother(port: DeclaredPort, { stack, service }: Side): boolean {
  return allServices(stack).some(
    (other) =>
      other.name !== service.name &&
      other.host === service.host &&
      other.ports.some(
        (one) =>
          one.published !== undefined &&
          port.published !== undefined &&
          rangeIntersection(one.published, port.published) !== undefined &&
          one.transports.some((transport) => port.transports.includes(transport)),
      ),
  )
}
