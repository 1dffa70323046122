import { HIGHEST_PORT, type PortRange, portRange, rangeContains, rangeSize, type Transport } from '@portolan/ports'
import { faultAt } from './fault.ts'
import type { Path } from './position.ts'
import type { Capacity, DeclaredPort, Span } from './resolved-stack.ts'
import { portKey, type Resolving, rangeAt, shiftedAt } from './resolving.ts'
import { AUTO, type FullPort } from './stack-schema.ts'
import type { Protocol } from './vocabulary.ts'

const DEFAULT_BAND_KIND = 'app'

export interface PortNaming {
  readonly service: string
  /** What others run has numbers of theirs, which nobody here can choose. */
  readonly isExternal: boolean
  readonly name: string
  readonly source: Path
  readonly resolving: Resolving
}

export function resolvePort(written: FullPort, naming: PortNaming): DeclaredPort | undefined {
  const declared = declaredNumbers(written, naming)
  if (declared === undefined) return undefined
  const transports = listOf<Transport>(written.transport ?? 'tcp')
  const { name, source } = naming
  const facts = {
    name,
    portCount: declared === AUTO ? (written.size ?? 1) : rangeSize(declared),
    bandKind: written.kind ?? DEFAULT_BAND_KIND,
    transports,
    reach: written.reach ?? 'internal',
    speaks: written.speaks === undefined ? usualProtocols(name, transports) : listOf<Protocol>(written.speaks),
    nodePorts: nodePortsOf(written.nodePort, transports),
    capacity: written.capacity === undefined ? undefined : capacityOf(written.capacity),
    source,
  } as const
  const given = givenNumbers(facts.portCount, naming)
  if (declared === AUTO && given === undefined)
    return { ...facts, isAuto: true, range: undefined, published: undefined }
  const isAuto = declared === AUTO
  if (given !== undefined) return { ...facts, isAuto, range: given, published: given }
  return declared === AUTO ? undefined : { ...facts, isAuto, ...placed(declared, written, naming) }
}

/**
 * The number that something else in the file says of a service's port, such as its health check: it moves with the port
 * that it means.
 */
export function movedNumber(number: number, ports: Readonly<Record<string, FullPort>>, naming: Movement): number {
  const { service, resolving } = naming
  for (const [name, { port, range }] of Object.entries(ports)) {
    const given = resolving.numbers.get(portKey(service, name))
    const written = port ?? range
    if (given === undefined || written === undefined || written === AUTO) continue
    const declared = rangeAt(written, [], { ...resolving, faults: [] })
    if (declared !== undefined && rangeContains(declared, number)) return number - declared.first + given
  }
  return number + resolving.shift
}
export type Movement = Pick<PortNaming, 'service' | 'resolving'>

/** What the file says; a fault, and undefined, where that is nothing or two things at once. */
function declaredNumbers(written: FullPort, naming: PortNaming): PortRange | typeof AUTO | undefined {
  const { port, range, size } = written
  const { name, source, resolving, isExternal } = naming
  const refuse = (code: 'STACK_KEY_MISSING' | 'STACK_VALUE_INVALID', at: Path, words: [string, string]) => {
    const [message, expected] = words
    resolving.faults.push(faultAt(resolving.positions.at(at), { code, message, expected }))
    return undefined
  }
  const said = port ?? range
  if (said === undefined)
    return refuse('STACK_KEY_MISSING', source, [`"${name}" says neither "port" nor "range".`, '"port" or "range"'])
  if (port !== undefined && range !== undefined)
    refuse('STACK_VALUE_INVALID', source, [`"${name}" says both "port" and "range".`, 'one of the two'])
  const at: Path = [...source, port === undefined ? 'range' : 'port']
  if (size !== undefined && range !== AUTO)
    refuse(
      'STACK_VALUE_INVALID',
      [...source, 'size'],
      [`"${name}" says "size" of numbers that stand there.`, '"range: auto" with it'],
    )
  if (said !== AUTO) return rangeAt(said, at, resolving)
  if (range === AUTO && size === undefined)
    return refuse('STACK_KEY_MISSING', at, [
      `"${name}" does not say how many numbers it takes.`,
      '"size", as in { range: auto, size: 20 }',
    ])
  if (isExternal)
    return refuse('STACK_VALUE_INVALID', at, [
      `"${name}" belongs to a service that others run: its number is theirs.`,
      'the number that it has there',
    ])
  if (written.publish !== undefined)
    return refuse(
      'STACK_VALUE_INVALID',
      [...source, 'publish'],
      [`"${name}" is published under the number that it is given.`, 'no "publish" beside "auto"'],
    )
  return AUTO
}

function givenNumbers(portCount: number, { service, name, source, resolving }: PortNaming): PortRange | undefined {
  const first = resolving.numbers.get(portKey(service, name))
  if (first === undefined) return undefined
  const last = first + portCount - 1
  if (first >= 1 && last <= HIGHEST_PORT) return portRange(first, last)
  const message = `"${name}" was given the ${portCount} numbers from ${first} on, which end above ${HIGHEST_PORT}.`
  resolving.faults.push(faultAt(resolving.positions.at(source), { code: 'STACK_VALUE_INVALID', message }))
  return undefined
}

function placed(declared: PortRange, { publish }: FullPort, { source, resolving }: PortNaming) {
  const publishPath = [...source, 'publish']
  const range = shiftedAt(declared, source, resolving)
  const published = publish === undefined ? undefined : rangeAt(publish, publishPath, resolving)
  return { range, published: published === undefined ? range : shiftedAt(published, publishPath, resolving) }
}

/** The name says it in nearly every stack: `http: 8000`. Anything else is unknown until it is said. */
function usualProtocols(name: string, transports: readonly Transport[]): readonly Protocol[] {
  if (!transports.includes('tcp')) return []
  if (name === 'http' || name === 'https') return [name]
  return []
}

function nodePortsOf(
  written: FullPort['nodePort'],
  transports: readonly Transport[],
): Readonly<Partial<Record<Transport, number>>> {
  if (written === undefined) return {}
  if (typeof written === 'number') return Object.fromEntries(transports.map((transport) => [transport, written]))
  return written
}

function capacityOf(written: NonNullable<FullPort['capacity']>): Capacity {
  return {
    participants: written.participants,
    portsEach: spanOf(written.portsEach),
    ports: spanOf(written.ports),
    streams: written.streams,
  }
}

function spanOf(written: number | string | undefined): Span | undefined {
  if (written === undefined) return undefined
  if (typeof written === 'number') return { least: written, most: written }
  const [least = '0', most = least] = written.split('-')
  return { least: Number(least), most: Number(most) }
}

function listOf<T extends string>(value: T | readonly T[]): readonly T[] {
  return typeof value === 'string' ? [value] : value
}
