import { type Fault, faultAt } from './fault.ts'
import { nearestSpelling } from './nearest-spelling.ts'
import { portMeant } from './port-choice.ts'
import type { Path, Positions } from './position.ts'
import { quoted } from './quoted.ts'
import type { Port, Service } from './resolved-stack.ts'

// `{port:signal}`, `{port:livekit.signal}`, `{url:livekit}`, `{url:livekit.signal}`
const REFERENCE = /\{(port|url):([a-z][a-z0-9-]*)(?:\.([a-z][a-z0-9-]*))?\}/g

// What somebody meant as one, however it is spelled.
const MEANT_AS_REFERENCE = /\{(port|url):([^{}]*)\}/g

/** What stands in for a declared port where a program has to be told of it. */
export interface Reference {
  readonly kind: 'port' | 'url'
  readonly service: Service
  readonly port: Port
}

/** How a reader of the text reaches a port: the host differs between one machine, a container network and a cluster. */
export type Addressing = (reference: Reference) => string

/**
 * Fills every reference of a text in. A name alone is the own port first (`{port:http}`), for `url` the service first.
 * @param services all of the stack, the gateway among them; references are known to be good once a stack is resolved
 */
export function fillReferences(
  text: string,
  {
    self,
    services,
    addressing,
  }: { readonly self: Service; readonly services: readonly Service[]; readonly addressing: Addressing },
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

function findReference(written: Written, self: Service, services: readonly Service[]): Reference | undefined {
  const kind = written.kind === 'url' ? 'url' : 'port'
  const own = written.second === undefined && kind === 'port'
  const service = own ? self : services.find(({ name }) => name === written.first)
  const port = own
    ? self.ports.find(({ name }) => name === written.first)
    : service && portMeant(service, written.second)
  return service === undefined || port === undefined ? undefined : { kind, service, port }
}

/** A fault for every reference of an argument or an environment variable that leads nowhere. */
export function referenceFaults(services: readonly Service[], positions: Positions): readonly Fault[] {
  return services.flatMap((service) =>
    textsOf(service).flatMap(({ text, source }) =>
      [...text.matchAll(MEANT_AS_REFERENCE)].flatMap(([written, kind = '', name = '']) => {
        const [first = '', second] = name.split('.')
        const isWellFormed = written.replace(REFERENCE, '') === ''
        if (isWellFormed && findReference({ kind, first, second }, service, services) !== undefined) return []
        const names = services.flatMap(({ name, ports }) => ports.map((port) => `${name}.${port.name}`))
        const message = `${quoted(written)} names no port of this stack.`
        const nearest = nearestSpelling(second === undefined ? `${service.name}.${first}` : `${first}.${second}`, names)
        return [
          faultAt(positions.at(source), {
            code: 'STACK_REFERENCE_UNKNOWN',
            message,
            expected: 'a declared port, as {port:service.name}',
            nearest,
          }),
        ]
      }),
    ),
  )
}

function textsOf(service: Service): readonly { readonly text: string; readonly source: Path }[] {
  const variables = Object.entries(service.environment).map(([key, text]) => ({
    text,
    source: [...service.source, 'environment', key],
  }))
  const args = 'args' in service.run ? service.run.args : []
  return [...variables, ...args.map((text, index) => ({ text, source: [...service.source, 'run', 'args', index] }))]
}
