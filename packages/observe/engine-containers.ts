import { parseAddress, type Transport } from '@portolan/ports'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Container, Engine, PublishedPort } from './container.ts'
import { engineMalformed } from './errors.ts'
import { printable } from './printable.ts'

const PortNumber = Type.Integer({ minimum: 1, maximum: 65_535 })
const Described = {
  Id: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  Names: Type.Union([Type.Array(Type.String()), Type.Null()]),
  Image: Type.String(),
  State: Type.String(),
  Labels: Type.Optional(Type.Union([Type.Record(Type.String(), Type.String()), Type.Null()])),
}
const DockerPort = Type.Object({
  IP: Type.Optional(Type.String()),
  PrivatePort: PortNumber,
  PublicPort: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
  Type: Type.String(),
})
const DockerContainer = Type.Object({
  ...Described,
  Created: Type.Integer({ minimum: 0, maximum: 8_000_000_000 }), // seconds
  Ports: Type.Optional(Type.Union([Type.Array(DockerPort), Type.Null()])),
})
const PodmanPort = Type.Object({
  host_ip: Type.Optional(Type.String()),
  host_port: PortNumber,
  container_port: PortNumber,
  range: Type.Integer({ minimum: 0, maximum: 65_535 }),
  protocol: Type.String(),
})
const PodmanContainer = Type.Object({
  ...Described,
  Created: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT' }),
  Ports: Type.Optional(Type.Union([Type.Array(PodmanPort), Type.Null()])),
})

/** A line of either list, once their spellings are one. */
interface Listed extends Omit<Static<typeof DockerContainer>, 'Created' | 'Ports'> {
  readonly createdAt: Date
  readonly ports: readonly PublishedRange[]
}

interface PublishedRange {
  readonly transport: string
  readonly address: string | undefined
  readonly hostPort: number
  readonly containerPort: number
  readonly size: number
}

// All ports of both transports, on two addresses of each family: more is no host.
const MOST_PORTS = 2 * 65_535 * 4
// The containers of a pod share its ports; a longer list of claimants is none.
const MOST_SHARERS = 100
// Of containers in these states the ports are wished for, not open. Any other state counts as open.
const ENDED_STATES: ReadonlySet<string> = new Set(['created', 'configured', 'exited', 'stopped', 'dead'])

/** Docker's `GET /containers/json`. @throws OBSERVE_ENGINE_MALFORMED */
export function parseDockerContainers(body: unknown, place: string): readonly Container[] {
  const listed = parseList(DockerContainer, body, place).map(({ Created, Ports, ...described }) => ({
    ...described,
    createdAt: new Date(Created * 1_000),
    // Without a public port it is open inside of the engine's own networks only.
    ports: (Ports ?? []).flatMap(({ IP, PrivatePort, PublicPort, Type: transport }) =>
      PublicPort ? [{ transport, address: IP, hostPort: PublicPort, containerPort: PrivatePort, size: 1 }] : [],
    ),
  }))
  return containersOf('docker', listed, place)
}

/**
 * Podman's own `GET /libpod/containers/json`. Its imitation of Docker's list names only the first port of a range
 * (podman 4.3), so that the others would look free.
 * @throws OBSERVE_ENGINE_MALFORMED
 */
export function parsePodmanContainers(body: unknown, place: string): readonly Container[] {
  const listed = parseList(PodmanContainer, body, place).map(({ Created, Ports, ...described }) => ({
    ...described,
    createdAt: new Date(Created),
    ports: (Ports ?? []).flatMap(({ host_ip: address, host_port: hostPort, container_port: containerPort, ...port }) =>
      port.protocol.split(',').map((transport) => ({
        transport,
        address,
        hostPort,
        containerPort,
        size: Math.max(1, port.range),
      })),
    ),
  }))
  return containersOf('podman', listed, place)
}

function parseList<Line extends TSchema>(line: Line, body: unknown, place: string): readonly Static<Line>[] {
  const list = Type.Array(line)
  if (Value.Check(list, body)) return body
  const [error] = Value.Errors(list, body)
  throw engineMalformed(place, printable(`at "${error?.instancePath}": ${error?.message}`).slice(0, 200))
}

function containersOf(engine: Engine, listed: readonly Listed[], place: string): readonly Container[] {
  const portCount = listed.flatMap(({ ports }) => ports).reduce((sum, { size }) => sum + size, 0)
  if (portCount > MOST_PORTS) throw engineMalformed(place, `it publishes ${portCount} ports, more than a host has`)
  const containers = listed.map((line) => containerOf(engine, line, place))
  const running = containers.filter(({ isRunning }) => isRunning).flatMap(({ ports }) => ports)
  const sharers = Map.groupBy(running, ({ transport, hostPort }) => `${hostPort}/${transport}`)
  for (const [port, { length }] of sharers) {
    if (length > MOST_SHARERS) throw engineMalformed(place, `${length} running containers publish the port ${port}`)
  }
  return containers
}

function containerOf(engine: Engine, listed: Listed, place: string): Container {
  const { Id, Names, Image, State, Labels, createdAt, ports } = listed
  return {
    id: Id,
    engine,
    name: printable((Names?.[0] ?? Id.slice(0, 12)).replace(/^\//, '')),
    image: printable(Image),
    state: printable(State),
    isRunning: !ENDED_STATES.has(State.toLowerCase()),
    labels: Object.fromEntries(Object.entries(Labels ?? {}).map(([key, value]) => [printable(key), printable(value)])),
    createdAt,
    ports: ports.flatMap((range) => portsOf(range, place)),
  }
}

function portsOf({ transport, address, ...range }: PublishedRange, place: string): readonly PublishedPort[] {
  const spoken = transportOf(transport)
  if (spoken === undefined) return []
  if (range.hostPort + range.size - 1 > 65_535) throw engineMalformed(place, 'a range of ports ends above 65535')
  // Podman leaves the address out for every IPv4 address, and shows it as that itself.
  const at = { transport: spoken, address: canonical(address || '0.0.0.0', place) }
  return Array.from({ length: range.size }, (_, index) => ({
    ...at,
    hostPort: range.hostPort + index,
    containerPort: range.containerPort + index,
  }))
}

/** Undefined for SCTP, whose ports are apart from TCP's and UDP's. */
function transportOf(text: string): Transport | undefined {
  return text === 'tcp' || text === 'udp' ? text : undefined
}

function canonical(address: string, place: string): string {
  try {
    return parseAddress(address).text
  } catch (error) {
    throw engineMalformed(place, `"${printable(address).slice(0, 60)}" is no address`, error)
  }
}
