import type { Waiting } from '@portolan/errors'
import {
  type BindProblem,
  findBindProblem,
  findHolder,
  kernelObserver,
  type Observation,
  observe,
  type Sighting,
} from '@portolan/observe'
import { type Endpoint, formatEndpoint, rangeSize, singlePort } from '@portolan/ports'
import type { Port, Service } from '@portolan/stack'
import type { TakenPort } from './errors.ts'
import { bindAddress } from './place.ts'

/** Above that, the kernel's table is asked instead of ten thousand binds. */
const MOST_BINDS = 64

/**
 * Looks whether this machine can give services every port that they declare, and who has those that it cannot give.
 * Services that others run hold no port here.
 */
export async function probePorts(services: readonly Service[], { signal }: Waiting): Promise<readonly TakenPort[]> {
  const wanted = services
    .filter(({ run }) => run.kind !== 'external' && run.kind !== 'container' && run.kind !== 'slots')
    .flatMap(endpointsOf)
  const look = lookOnce({ signal })
  const problems: TakenPort[] = []
  for (const one of wanted) {
    const problem = await problemOf(one, look, { signal })
    if (problem !== undefined) problems.push(problem)
  }
  return problems
}

type Look = () => Promise<Observation>

/** A look at the whole machine costs more than binding a few ports, so it is taken when there is something to find. */
function lookOnce({ signal }: Waiting): Look {
  let seen: Promise<Observation> | undefined
  return () => {
    seen ??= observe(kernelObserver(), { signal })
    return seen
  }
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

async function problemOf(wanted: Wanted, look: Look, { signal }: Waiting): Promise<TakenPort | undefined> {
  const { service, port, endpoint } = wanted
  const problem = await findProblem(endpoint, look, { signal })
  if (problem === undefined) return undefined
  const place = { ...endpoint, range: singlePort(problem.port) }
  const holder = problem.outcome === 'taken' ? await holderOf(place, look) : problemWords(problem.outcome)
  return {
    service: service.name,
    port: port.name,
    endpoint: formatEndpoint(place),
    problem: problem.outcome,
    holder,
  }
}

async function findProblem(endpoint: Endpoint, look: Look, { signal }: Waiting): Promise<BindProblem | undefined> {
  const observation = rangeSize(endpoint.range) > MOST_BINDS ? await look() : undefined
  // Unknown never means free: without a table ten thousand binds it is.
  if (observation?.state !== 'seen') return findBindProblem(endpoint, { signal })
  const [seen] = findHolder(observation, endpoint)
  return seen === undefined ? undefined : { port: seen.port, outcome: 'taken' }
}

async function holderOf(place: Endpoint, look: Look): Promise<string> {
  const observation = await look()
  const [sighting] = observation.state === 'seen' ? findHolder(observation, place) : []
  return holderWords(sighting, observation)
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
