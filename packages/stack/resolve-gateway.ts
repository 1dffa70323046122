import { type Fault, faultAt } from './fault.ts'
import { nearestSpelling } from './nearest-spelling.ts'
import { mainPort } from './port-choice.ts'
import type { Positions } from './position.ts'
import { resolveService } from './resolve-service.ts'
import type { DeclaredPort, DeclaredService, Gateway } from './resolved-stack.ts'
import type { Resolving } from './resolving.ts'
import type { FullGateway } from './stack-schema.ts'

/** The name of the service that the gateway is to the rest of the stack. */
export const GATEWAY = 'gateway'

export function resolveGateway(written: FullGateway, resolving: Resolving): Gateway<DeclaredPort> {
  return {
    ...resolveService(written, { name: GATEWAY, source: [GATEWAY], resolving }),
    domains: written.domains ?? [],
    trustedProxies: written.trustedProxies ?? [],
    workers: written.workers ?? 1,
    limits: written.limits,
    log: written.log,
    tracing: written.tracing,
    patternHost: written.patternHost,
    tls: written.tls,
  }
}

/** What is wrong with a pattern host beyond its form: it names services, and is told the workspaces in one way. */
export function patternHostFaults(
  { patternHost, source }: Gateway<DeclaredPort>,
  services: readonly DeclaredService[],
  positions: Positions,
): readonly Fault[] {
  if (patternHost === undefined) return []
  const at = (...path: readonly string[]) => positions.at([...source, 'patternHost', ...path])
  const { auth, users, directory, workspaces } = patternHost
  const named = [
    { name: auth, position: at('auth') },
    ...(users === undefined ? [] : [{ name: users, position: at('users') }]),
    ...(directory === undefined ? [] : [{ name: directory.service, position: at('directory', 'service') }]),
  ]
  const known = services.filter((service) => mainPort(service) !== undefined).map(({ name }) => name)
  const unknown = named.filter(({ name }) => !known.includes(name))
  const faults = unknown.map(({ name, position }) =>
    faultAt(position, {
      code: 'STACK_REFERENCE_UNKNOWN',
      message: `The pattern host asks service "${name}", which this stack does not have with a port.`,
      expected: `one of ${known.map((each) => `"${each}"`).join(', ')}`,
      nearest: nearestSpelling(name, known),
    }),
  )
  if ((directory === undefined) !== (workspaces === undefined)) return faults
  const message = 'A pattern host is told its workspaces in one way.'
  const expected = 'either "directory" or "workspaces"'
  return [...faults, faultAt(at(), { code: 'STACK_VALUE_INVALID', message, expected })]
}
