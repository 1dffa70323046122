import type { Waiting } from '@portolan/errors'
import {
  findBindProblem,
  findHolder,
  kernelObserver,
  type Observation,
  observe,
  type Sighting,
} from '@portolan/observe'
import { type Endpoint, formatEndpoint, rangeSize, singlePort } from '@portolan/ports'
import type { Port, ResolvedStack, Service } from '@portolan/stack'
import type { TakenPort } from './errors.ts'
import { bindAddress } from './place.ts'
import { allServices } from './service-environment.ts'

/** Above that, the kernel's table is asked instead of ten thousand binds. */
const MOST_BINDS = 64

/**
 * Looks whether this machine can give the stack every port that it declares, and who has those that it cannot give.
 * @param services those to look for; services that others run hold no port here
 */
export async function probePorts(services: readonly Service[], { signal }: Waiting): Promise<readonly TakenPort[]> {
  const wanted = services.filter(({ run }) => run.kind !== 'external' && run.kind !== 'container').flatMap(endpointsOf)
  const observation = await observe(kernelObserver(), { signal })
  const problems: TakenPort[] = []
  for (const one of wanted) {
    const problem = await problemOf(one, observation, { signal })
    if (problem !== undefined) problems.push(problem)
  }
  return problems
}

/** The same for one service that has just died: was its port taken between the check and the start? */
export async function probeService(
  stack: ResolvedStack,
  name: string,
  { signal }: Waiting,
): Promise<readonly TakenPort[]> {
  return probePorts(
    allServices(stack).filter((service) => service.name === name),
    { signal },
  )
}

interface Wanted {
  readonly service: Service
  readonly port: Port
  readonly endpoint: Endpoint
}

function endpointsOf(service: Service): readonly Wanted[] {
  return service.ports.flatMap((port) =>
    port.transports.map((transport) => ({
      service,
      port,
      endpoint: { address: bindAddress(port), range: port.range, transport },
    })),
  )
}

async function problemOf(
  wanted: Wanted,
  observation: Observation,
  { signal }: Waiting,
): Promise<TakenPort | undefined> {
  const { service, port, endpoint } = wanted
  const seen = observation.state === 'seen' ? findHolder(observation, endpoint) : []
  const isLarge = rangeSize(endpoint.range) > MOST_BINDS
  const bind = isLarge ? undefined : await findBindProblem(endpoint, { signal })
  const number = bind?.port ?? (isLarge ? seen[0]?.port : undefined)
  if (number === undefined) return undefined
  const place = { ...endpoint, range: singlePort(number) }
  const problem = bind?.outcome ?? 'taken'
  const holder =
    problem === 'taken'
      ? holderWords(
          seen.find((sighting) => sighting.port === number),
          observation,
        )
      : problemWords(problem)
  return { service: service.name, port: port.name, endpoint: formatEndpoint(place), problem, holder }
}

function holderWords(sighting: Sighting | undefined, observation: Observation): string {
  if (observation.state === 'unknown') return `by a process that could not be looked up (${observation.cause.message})`
  if (sighting === undefined) return 'by an outgoing connection, or a process that has just ended'
  if (sighting.holder === undefined) return 'by a process of another user'
  const { command, pid, user, startedAt } = sighting.holder
  return `by ${command} (process ${pid}, user ${user}, since ${startedAt.toISOString().replace('.000Z', 'Z')})`
}

function problemWords(problem: 'forbidden' | 'unavailable'): string {
  return problem === 'forbidden' ? 'this user may not bind ports below 1024' : 'this machine has no such address'
}
