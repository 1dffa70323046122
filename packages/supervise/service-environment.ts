import {
  fillReferences,
  mainPort,
  type Port,
  portMeant,
  type Reference,
  type ResolvedStack,
  type Service,
} from '@portolan/stack'
import { bindAddress, urlOf } from './place.ts'
import { urlVariable, variableName } from './variable-name.ts'

/** Where a need of a service comes from, for needs that take more than an address: with user, password and database. */
type NeedUrls = ReadonlyMap<string, string>

interface EnvironmentParts {
  readonly stack: ResolvedStack
  /** What the supervisor itself was given. */
  readonly inherited: Readonly<Record<string, string | undefined>>
  readonly dataFolder: string
  /** `DATABASE_URL` and the like, by the name of the variable. */
  readonly needUrls: NeedUrls
  /** What stands for a `{secret:name}`. */
  readonly secretOf: (name: string) => string
}

/**
 * What a service is told, in the order in which later wins: what the supervisor was given, the ports of the service,
 * where its needs are, and what the stack file itself says.
 *
 * `PORT` and `HOST` are the main port's, `PORT_<NAME>` every port's, `<SERVICE>_URL` where a need is.
 */
export function serviceEnvironment(
  service: Service,
  parts: EnvironmentParts,
): Readonly<Record<string, string | undefined>> {
  const services = allServices(parts.stack)
  const written = Object.entries(service.environment).map(([key, text]) => [
    key,
    fillReferences(text, { self: service, services, addressing: addressing(parts.secretOf) }),
  ])
  return {
    ...parts.inherited,
    ...portVariables(service),
    ...needVariables(service, services),
    ...Object.fromEntries(parts.needUrls),
    DATA_FOLDER: parts.dataFolder,
    PORTOLAN_STACK: parts.stack.name,
    PORTOLAN_ENVIRONMENT: parts.stack.environment,
    PORTOLAN_SERVICE: service.name,
    // Set in every copy: one that is started from within a preview is not that preview.
    PORTOLAN_PREVIEW: parts.stack.preview,
    ...Object.fromEntries(written),
  }
}

/** The arguments of a command with every reference filled in. */
export function filledArguments(service: Service, stack: ResolvedStack): readonly string[] {
  const args = 'args' in service.run ? service.run.args : []
  const filling = { self: service, services: allServices(stack), addressing: addressing(noSecret) }
  return args.map((text) => fillReferences(text, filling))
}

/** Resolving has refused it: every user of a machine can read the arguments of every process. */
function noSecret(name: string): never {
  throw new TypeError(`The secret "${name}" stands in an argument.`)
}

export function allServices(stack: ResolvedStack): readonly Service[] {
  return stack.gateway === undefined ? stack.services : [stack.gateway, ...stack.services]
}

function portVariables(service: Service): Readonly<Record<string, string>> {
  const main = mainPort(service)
  const every = service.ports.flatMap((port) => [
    [`PORT_${variableName(port.name)}`, String(port.range.first)] as const,
    [`HOST_${variableName(port.name)}`, bindAddress(port)] as const,
  ])
  const ends = service.ports
    .filter(({ range }) => range.last > range.first)
    .map((port) => [`PORT_${variableName(port.name)}_LAST`, String(port.range.last)] as const)
  const mainEntries =
    main === undefined ? [] : [['PORT', String(main.range.first)] as const, ['HOST', bindAddress(main)] as const]
  return Object.fromEntries([...every, ...ends, ...mainEntries])
}

function needVariables(service: Service, services: readonly Service[]): Readonly<Record<string, string>> {
  const entries = service.needs.flatMap((need) => {
    const needed = services.find(({ name }) => name === need.service)
    const given = needed === undefined ? undefined : urlToGive(needed, portMeant(needed, need.port))
    if (given === undefined) return []
    const url = need.redisDb === undefined ? given : `${given}/${need.redisDb}`
    const own = [[urlVariable(need.service), url] as const]
    return need.redisDb === undefined ? own : [...own, ['REDIS_URL', url] as const]
  })
  return Object.fromEntries(entries)
}

/** An external service that is given as a URL is reached by that URL, with whatever user and password it holds. */
function urlToGive(needed: Service, port: Port | undefined): string | undefined {
  const { run } = needed
  if (run.kind === 'external' && run.address.includes('://')) return run.address.replace(/\/$/, '')
  return port === undefined ? undefined : urlOf(needed, port)
}

function addressing(secretOf: (name: string) => string): (reference: Reference) => string {
  return (reference) => {
    if (reference.kind === 'secret') return secretOf(reference.name)
    const { kind, service, port } = reference
    return kind === 'url' ? urlOf(service, port) : String(port.range.first)
  }
}
