import { errorMessage } from '@portolan/errors'
import { type PortRange, rangeSize, type Transport } from '@portolan/ports'
import { parseComposePort } from './compose-port.ts'
import type { Spot } from './file-fault.ts'
import { childOf, type Located, textOf } from './located.ts'
import type { Part } from './port-entry.ts'
import type { Reading, ReadPlace } from './reading.ts'
import { parseYaml } from './yaml-text.ts'

interface Published {
  readonly service: string
  readonly kind: string
  readonly transport: Transport
  readonly place: ReadPlace
}

/**
 * The ports that a compose file publishes, in the short and in the long form. Services `NAME-blue` and `NAME-green` are
 * the halves of one pair. The project is the file's `name`, or the one whose file it is.
 */
export function readCompose(reading: Reading): void {
  const root = parseYaml(reading.source.text, reading.faults)
  if (root === undefined) return
  const services = childOf(root, 'services')
  if (services?.kind !== 'map') {
    reading.faults.add(services?.at ?? root.at, 'Expected "services", as a compose file has them.')
    return
  }
  const project = reading.project(childOf(root, 'name'), root.at)
  const published: Published[] = []
  for (const [service, { value }] of services.entries) published.push(...portsOfService(reading, service, value))
  if (project !== undefined) addPublished(reading, project, published)
}

function* portsOfService(reading: Reading, service: string, node: Located): Generator<Published> {
  const kind = kindOfImage(textOf(childOf(node, 'image')) ?? '')
  if (childOf(node, 'extends') !== undefined) {
    reading.remark(node.at, `"${service}" extends another service, whose ports are not read here.`)
  }
  if (textOf(childOf(node, 'network_mode')) === 'host') {
    reading.remark(node.at, `"${service}" is in the host's network: what it listens on is not in this file.`)
  }
  const ports = childOf(node, 'ports')
  if (ports !== undefined && ports.kind !== 'list') reading.faults.add(ports.at, 'Expected "ports" as a list.')
  for (const item of ports?.kind === 'list' ? ports.items : []) {
    const port = item.kind === 'map' ? longPort(reading, service, item) : shortPort(reading, service, item)
    if (port !== undefined) yield { service, kind, ...port }
  }
}

type Found = Pick<Published, 'transport' | 'place'> | undefined

function shortPort(reading: Reading, service: string, item: Located): Found {
  const text = textOf(item)
  const port = text === undefined ? undefined : attempt(reading, item.at, () => parseComposePort(text))
  if (port === 'faulty') return undefined
  if (text === undefined || port === undefined) {
    reading.faults.add(
      item.at,
      `This is no port of a service. Expected such as "4100:3000" or "127.0.0.1:4100:3000/tcp".`,
    )
    return undefined
  }
  if (port === 'computed') {
    reading.remark(item.at, `"${text}" of "${service}" is known when it runs, not from the file.`)
    return undefined
  }
  const { published, transport, offset, length } = port
  if (published === undefined) {
    reading.remark(item.at, `"${text}" of "${service}" is published on a port that the engine chooses.`)
    return undefined
  }
  const quote = reading.source.text.slice(item.at.start, item.at.end).indexOf(text)
  const start = item.at.start + Math.max(quote, 0) + offset
  const at = { ...item.at, start, end: start + length, column: item.at.column + start - item.at.start }
  return {
    transport,
    place: reading.place(at, { part: partOf(published), ports: published, says: `ports of ${service}` }),
  }
}

function longPort(reading: Reading, service: string, item: Located): Found {
  const node = childOf(item, 'published')
  const text = textOf(node)
  const transport: Transport = textOf(childOf(item, 'protocol')) === 'udp' ? 'udp' : 'tcp'
  if (node === undefined || text === undefined) {
    reading.remark(item.at, `A port of "${service}" is published where the engine chooses.`)
    return undefined
  }
  // As the host's side of the short form, so that both forms know the same spellings.
  const port = attempt(reading, node.at, () => parseComposePort(`${text}:1`))
  if (port === 'faulty') return undefined
  if (port === 'computed') {
    reading.remark(node.at, `"${text}" of "${service}" is known when it runs, not from the file.`)
    return undefined
  }
  if (port?.published === undefined) {
    reading.faults.add(node.at, `"${text.slice(0, 60)}" is no published port. Expected such as 4100 or "50000-50020".`)
    return undefined
  }
  const quote = reading.source.text.slice(node.at.start, node.at.end).indexOf(text)
  const start = node.at.start + Math.max(quote, 0) + port.offset
  const at = { ...node.at, start, end: start + port.length, column: node.at.column + start - node.at.start }
  return {
    transport,
    place: reading.place(at, { part: partOf(port.published), ports: port.published, says: `published of ${service}` }),
  }
}

function attempt<Value>(reading: Reading, at: Spot, parse: () => Value): Value | 'faulty' {
  try {
    return parse()
  } catch (error) {
    reading.faults.add(at, errorMessage(error))
    return 'faulty'
  }
}

function partOf(range: PortRange): Part {
  return rangeSize(range) === 1 ? 'port' : 'range'
}

const HALF_SERVICE = /^(?<name>.*?)[-_]?(?<half>blue|green)$/
const MAIN_NAMES: readonly string[] = ['', 'app', 'web', 'server']

function addPublished(reading: Reading, project: string, published: readonly Published[]): void {
  const named = published.map((port) => ({ ...port, ...meaningOf(port, project) }))
  const groups = Map.groupBy(named, ({ kind, purpose, transport }) => `${kind} ${purpose} ${transport}`)
  for (const own of groups.values()) {
    for (const [index, { kind, purpose, transport, half, place, service }] of own.entries()) {
      const need = { project, environment: reading.environment, kind, transport, authority: 'written' } as const
      const isPair = half !== undefined && place.part === 'port'
      const halves = isPair ? own.filter((each) => each.half !== undefined && each.place.part === 'port') : []
      if (isPair && halves[0]?.place !== place) continue // the first half has brought the other one along
      const places: readonly ReadPlace[] = isPair
        ? halves.map(({ place: own, half: part = 'blue' }) => ({ ...own, part }))
        : [place]
      const shape = place.part === 'range' ? 'range' : 'single'
      const name = reading.name(
        index === 0 || isPair ? purpose : `${purpose}-${index + 1}`,
        place.spot,
        `service ("${service}")`,
      )
      if (name !== undefined) reading.add({ ...need, purpose: name, shape: isPair ? 'pair' : shape, places })
    }
  }
}

function meaningOf({ service, kind, place }: Published, project: string) {
  const groups = HALF_SERVICE.exec(service)?.groups
  const half = groups?.half === 'blue' || groups?.half === 'green' ? groups.half : undefined
  const name = half === undefined || place.part === 'range' ? service : (groups?.name ?? '')
  const isMain = MAIN_NAMES.includes(name) || name === project || (kind !== 'app' && DATA_NAMES.has(name))
  return { half, purpose: isMain ? 'main' : name.toLowerCase().replaceAll('_', '-') } as const
}

const KINDS_BY_IMAGE: readonly (readonly [pattern: RegExp, kind: string])[] = [
  [/(?:^|\/)(?:postgres|postgis|timescaledb|mysql|mariadb|mongo|percona)/, 'db'],
  [/(?:^|\/)(?:redis|valkey|keydb|dragonfly)/, 'redis'],
]
const DATA_NAMES = new Set(['db', 'database', 'postgres', 'mysql', 'mariadb', 'mongo', 'redis', 'valkey', 'cache'])

function kindOfImage(image: string): string {
  return KINDS_BY_IMAGE.find(([pattern]) => pattern.test(image))?.[1] ?? 'app'
}
