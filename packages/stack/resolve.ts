import { Value } from 'typebox/value'
import { stackInvalid } from './errors.ts'
import { type Fault, faultAt } from './fault.ts'
import { interpolate, type OutsideValues } from './interpolation.ts'
import { type Located, plainValue, positionsOf } from './located.ts'
import { nearestSpelling } from './nearest-spelling.ts'
import { layOver } from './overlay.ts'
import type { Path, Positions } from './position.ts'
import { referenceFaults } from './reference.ts'
import { GATEWAY, patternHostFaults, resolveGateway } from './resolve-gateway.ts'
import { resolveHost } from './resolve-host.ts'
import { resolveService } from './resolve-service.ts'
import type { DeclaredService, DeclaredStack, Host, OpenPort, ResolvedStack } from './resolved-stack.ts'
import { type PortNumbers, portKey, type Resolving } from './resolving.ts'
import { environmentNames, type Stack } from './stack.ts'
import { FULL_STACK, type FullStack } from './stack-schema.ts'
import { validate } from './validate.ts'

export interface ResolveOptions {
  /** The stack's default unless given. */
  readonly environment?: string
  readonly values: OutsideValues
  /** Added to every port that this machine holds and that no number was given; external services and node ports stay. */
  readonly shift?: number
  /**
   * The numbers that whoever runs the stack was given: of its `auto` ports, and of any other that is to lie elsewhere.
   */
  readonly ports?: PortNumbers
  /** The name of the preview that this copy is. */
  readonly preview?: string
}
/** `check` reads files before anybody has asked for numbers: an `auto` port that was given none stays open. */
export interface OpenOptions extends ResolveOptions {
  readonly leaveOpen: true
}

/** The host of every service that names none. */
export const LOCAL_HOST = 'local'

/**
 * Chooses an environment, lays it over the base, fills in `${NAME}` and the given numbers, and draws the model from it.
 * @throws STACK_INVALID with every fault at its line; STACK_PORT_UNALLOCATED among them for an `auto` port that was
 * given no number, unless it may stay open
 */
export function resolveStack(stack: Stack, options: OpenOptions): DeclaredStack
export function resolveStack(stack: Stack, options: ResolveOptions): ResolvedStack
export function resolveStack(stack: Stack, options: ResolveOptions | OpenOptions): DeclaredStack {
  const environment = options.environment ?? stack.defaultEnvironment
  const laid = layEnvironment(stack, environment)
  const { root, faults } = interpolate(laid, options.values)
  throwAny([...validate(laid, FULL_STACK), ...faults])
  const value = plainValue(root)
  if (!Value.Check(FULL_STACK, value)) throw stackInvalid(validate(root, FULL_STACK))
  const model = modelOf(value, { stack, environment, options, positions: positionsOf(root) })
  if (!('leaveOpen' in options)) throwAny(unallocatedFaults(model))
  return model
}

function layEnvironment(stack: Stack, environment: string): Located {
  const names = environmentNames(stack)
  if (!names.includes(environment)) {
    const message = `Stack "${stack.name}" has no environment "${environment}".`
    const expected = `one of ${names.map((name) => `"${name}"`).join(', ')}`
    const nearest = nearestSpelling(environment, names)
    throw stackInvalid([faultAt(stack.base.at, { code: 'STACK_ENVIRONMENT_UNKNOWN', message, expected, nearest })])
  }
  const chosen = stack.environments.find(({ name }) => name === environment)
  if (chosen === undefined) return stack.base
  const { root, faults } = layOver(stack.base, chosen.overlay, environment)
  throwAny(faults)
  return root
}

interface ModelContext {
  readonly stack: Stack
  readonly environment: string
  readonly options: ResolveOptions
  readonly positions: Positions
}

function modelOf(value: FullStack, { stack, environment, options, positions }: ModelContext): DeclaredStack {
  const { shift = 0, ports = new Map<string, number>(), preview } = options
  const resolving: Resolving = { positions, shift, numbers: ports, faults: [] }
  const declared = Object.entries(value.hosts ?? {}).map(([name, host]) => resolveHost(name, host, resolving))
  const services = Object.entries(value.services ?? {}).map(([name, service]) =>
    resolveService(service, { name, source: ['services', name], resolving }),
  )
  const gateway = value.gateway === undefined ? undefined : resolveGateway(value.gateway, resolving)
  const all = gateway === undefined ? services : [gateway, ...services]
  resolving.faults.push(...nameFaults(all, declared, positions), ...referenceFaults(all, positions))
  if (gateway !== undefined) resolving.faults.push(...patternHostFaults(gateway, services, positions))
  throwAny(resolving.faults)
  const hosts = declared.some(({ name }) => name === LOCAL_HOST) ? declared : [localHost(), ...declared]
  const { name, file } = stack
  return deepFreeze({ name, environment, file, shift, preview, hosts, gateway, services, positions })
}

function unallocatedFaults({ gateway, services, positions }: DeclaredStack): readonly Fault[] {
  const all = gateway === undefined ? services : [gateway, ...services]
  return all.flatMap((service) =>
    service.ports.flatMap((port) => (port.range === undefined ? [unallocated(service, port, positions)] : [])),
  )
}

function unallocated(service: DeclaredService, { name, source }: OpenPort, positions: Positions): Fault {
  const message = `Port "${portKey(service.name, name)}" is "auto", and no number was given for it.`
  const expected = 'a number that a registry has allocated, as "portolan up" asks for'
  return faultAt(positions.at(source), { code: 'STACK_PORT_UNALLOCATED', message, expected })
}

function nameFaults(
  services: readonly DeclaredService[],
  hosts: readonly Host[],
  positions: Positions,
): readonly Fault[] {
  const hostNames = [LOCAL_HOST, ...hosts.map(({ name }) => name)]
  return services.flatMap((service) => {
    const faults: Fault[] = []
    if (service.name === GATEWAY && service.source.length > 1) {
      const message = `A service cannot be called "${GATEWAY}": that is the name of the stack's own gateway.`
      faults.push(
        faultAt(positions.at(service.source), { code: 'STACK_VALUE_INVALID', message, expected: 'another name' }),
      )
    }
    if (!hostNames.includes(service.host)) {
      faults.push(unknownHost(service, hostNames, positions))
    }
    return faults
  })
}

function unknownHost(service: DeclaredService, hostNames: readonly string[], positions: Positions): Fault {
  const path: Path = [...service.source, 'host']
  return faultAt(positions.at(path), {
    code: 'STACK_REFERENCE_UNKNOWN',
    message: `Service "${service.name}" runs on host "${service.host}", which "hosts" does not have.`,
    expected: `one of ${hostNames.map((name) => `"${name}"`).join(', ')}`,
    nearest: nearestSpelling(service.host, hostNames),
  })
}

function localHost(): Host {
  const unknown = { address: undefined, open: undefined, forwards: undefined, ephemeral: undefined }
  return { name: LOCAL_HOST, kind: 'machine', ...unknown, source: [] }
}

function throwAny(faults: readonly Fault[]): void {
  if (faults.length > 0) throw stackInvalid(faults)
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const part of Object.values(value)) deepFreeze(part)
  }
  return value
}
