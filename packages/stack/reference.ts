import { type Fault, type FaultWords, faultAt } from './fault.ts'
import { nearestSpelling } from './nearest-spelling.ts'
import { portMeant } from './port-choice.ts'
import type { Path, Positions } from './position.ts'
import { quoted } from './quoted.ts'
import type { DeclaredPort, DeclaredService, Port, Service } from './resolved-stack.ts'

// `{port:signal}`, `{port:livekit.signal}`, `{url:livekit}`, `{url:livekit.signal}`, `{secret:service-key}`
const REFERENCE = /\{(port|url|secret):([a-z][a-z0-9-]*)(?:\.([a-z][a-z0-9-]*))?\}/g

// What somebody meant as one, however it is spelled.
const MEANT_AS_REFERENCE = /\{(port|url|secret):([^{}]*)\}/g

/** What stands in for a declared port, or for a secret of the stack's own, where a program has to be told of it. */
export type Reference<P extends DeclaredPort = Port> =
  | { readonly kind: 'port' | 'url'; readonly service: Service<P>; readonly port: P }
  | { readonly kind: 'secret'; readonly name: string }

/**
 * How a reader of the text reaches a port: the host differs between one machine, a container network and a cluster. And
 * what a secret is: whoever runs the stack makes it once and keeps it, all services that name it are given the same.
 */
export type Addressing<P extends DeclaredPort = Port> = (reference: Reference<P>) => string

/**
 * Fills every reference of a text in. A name alone is the own port first (`{port:http}`), for `url` the service first.
 * @param services all of the stack, the gateway among them; references are known to be good once a stack is resolved
 */
export function fillReferences<P extends DeclaredPort>(
  text: string,
  {
    self,
    services,
    addressing,
  }: { readonly self: Service<P>; readonly services: readonly Service<P>[]; readonly addressing: Addressing<P> },
): string {
  return text.replaceAll(REFERENCE, (written, ...[kind = '', first = '', second]: string[]) => {
    const reference = findReference({ kind, first, second: second || undefined }, self, services)
    return reference === undefined ? written : addressing(reference)
  })
}

interface Written {
  readonly kind: string
  readonly first: string
  readonly second: string | undefined
}

function findReference<P extends DeclaredPort>(
  written: Written,
  self: Service<P>,
  services: readonly Service<P>[],
): Reference<P> | undefined {
  if (written.kind === 'secret')
    return written.second === undefined ? { kind: 'secret', name: written.first } : undefined
  const kind = written.kind === 'url' ? 'url' : 'port'
  const own = written.second === undefined && kind === 'port'
  const service = own ? self : services.find(({ name }) => name === written.first)
  const port = own
    ? self.ports.find(({ name }) => name === written.first)
    : service && portMeant(service, written.second)
  return service === undefined || port === undefined ? undefined : { kind, service, port }
}

/** A fault for every reference of an argument or an environment variable that leads nowhere. */
export function referenceFaults(services: readonly DeclaredService[], positions: Positions): readonly Fault[] {
  return services.flatMap((service) =>
    textsOf(service).flatMap((place) =>
      [...place.text.matchAll(MEANT_AS_REFERENCE)].flatMap((match) => {
        const words = wordsAgainst(match, { service, services, isArgument: place.isArgument })
        return words === undefined ? [] : [faultAt(positions.at(place.source), words)]
      }),
    ),
  )
}

interface Meant {
  readonly service: DeclaredService
  readonly services: readonly DeclaredService[]
  readonly isArgument: boolean
}

/** @returns undefined for a reference that is good */
function wordsAgainst(match: RegExpExecArray, { service, services, isArgument }: Meant): FaultWords | undefined {
  const [written, kind = '', name = ''] = match
  const [first = '', second] = name.split('.')
  const isWellFormed = written.replace(REFERENCE, '') === ''
  const isFound = isWellFormed && findReference({ kind, first, second }, service, services) !== undefined
  if (kind === 'secret') return secretWords(written, { isFound, isArgument })
  if (isFound) return undefined
  const names = services.flatMap((other) => other.ports.map((port) => `${other.name}.${port.name}`))
  return {
    code: 'STACK_REFERENCE_UNKNOWN',
    message: `${quoted(written)} names no port of this stack.`,
    expected: 'a declared port, as {port:service.name}',
    nearest: nearestSpelling(second === undefined ? `${service.name}.${first}` : `${first}.${second}`, names),
  }
}

function secretWords(
  written: string,
  { isFound, isArgument }: { readonly isFound: boolean; readonly isArgument: boolean },
): FaultWords | undefined {
  if (isArgument) {
    const message = `${quoted(written)} would be an argument, which every user of the machine can read.`
    return { code: 'STACK_VALUE_INVALID', message, expected: 'a secret to be given as an environment variable' }
  }
  if (isFound) return undefined
  const message = `${quoted(written)} names no secret.`
  return { code: 'STACK_REFERENCE_UNKNOWN', message, expected: 'a name, as {secret:service-key}' }
}

interface TextPlace {
  readonly text: string
  readonly source: Path
  readonly isArgument: boolean
}

function textsOf(service: DeclaredService): readonly TextPlace[] {
  const variables = Object.entries(service.environment).map(([key, text]) => ({
    text,
    source: [...service.source, 'environment', key],
    isArgument: false,
  }))
  const args = 'args' in service.run ? service.run.args : []
  const written = args.map((text, index) => ({
    text,
    source: [...service.source, 'run', 'args', index],
    isArgument: true,
  }))
  return [...variables, ...written]
}
