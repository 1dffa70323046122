import type { Waiting } from '@portolan/errors'
import { parseAddress } from '@portolan/ports'
import type { Container, SightedContainer } from './container.ts'
import { type EngineAddress, formatEngineAddress } from './engine-address.ts'
import { askEngine } from './engine-answer.ts'
import { parseDockerContainers, parsePodmanContainers } from './engine-containers.ts'
import type { ContainerObserver } from './observer.ts'
import { distinctSightings, type Sighting } from './sighting.ts'

export interface EngineObserverOptions {
  /** Said to people; `containers at PLACE` unless given. */
  readonly name?: string
  readonly answerLimitBytes?: number
  readonly now?: () => Date
}

const DEFAULTS = { answerLimitBytes: 32 * 1024 * 1024 } as const satisfies EngineObserverOptions
// Without a version, so that the engine takes its own: Docker 29 refuses the versions that podman 4 speaks.
const DOCKER_LIST = '/containers/json?all=true'
// The oldest version that podman 5 still speaks.
const PODMAN_LIST = '/v4.0.0/libpod/containers/json?all=true'

/**
 * Looks at the ports that Docker or podman publishes on its host, through the Docker API. Containers in the host's own
 * network publish nothing: their sockets are the kernel observer's to see, and `observeHost` puts their names to them.
 */
export function engineObserver(address: EngineAddress, options: EngineObserverOptions = {}): ContainerObserver {
  const name = `containers at ${formatEngineAddress(address)}`
  const { now, ...look } = { ...DEFAULTS, name, now: () => new Date(), ...options }
  const listContainers = ({ signal }: Waiting) => listOf(address, { ...look, signal })
  return {
    name: look.name,
    now,
    listContainers,
    listOpenPorts: async (waiting) => sightingsOfContainers(await listContainers(waiting)),
  }
}

async function listOf(
  address: EngineAddress,
  question: { readonly answerLimitBytes: number } & Waiting,
): Promise<readonly Container[]> {
  const place = formatEngineAddress(address)
  const docker = await askEngine(address, { ...question, path: DOCKER_LIST })
  if (docker.headers['libpod-api-version'] === undefined) return parseDockerContainers(docker.body, place)
  const podman = await askEngine(address, { ...question, path: PODMAN_LIST })
  return parsePodmanContainers(podman.body, place)
}

/** The ports that running containers publish. */
export function sightingsOfContainers(containers: readonly Container[]): readonly Sighting[] {
  const running = containers.filter(({ isRunning }) => isRunning)
  return distinctSightings(
    running.flatMap((container) => {
      const sighted = sightedContainer(container)
      return container.ports.map(({ transport, address, hostPort }) => ({
        transport,
        family: parseAddress(address).family,
        address,
        port: hostPort,
        container: sighted,
      }))
    }),
  )
}

/** What a sighting says of its container. */
export function sightedContainer({ id, engine, name, image, labels, createdAt }: Container): SightedContainer {
  return { id, engine, name, image, labels, createdAt }
}
