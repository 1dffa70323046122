import { errorMessage, type Waiting } from '@portolan/errors'
import { type Container, type EngineAddress, engineObserver, portolanLabelsOf } from '@portolan/observe'
import { EngineClient } from './engine-client.ts'
import { stopFailed } from './errors.ts'
import type { Home, Occupant, SlotPlace } from './occupant.ts'

export interface ContainerHomeOptions {
  /** What a container may take to end by itself. */
  readonly stopGraceSeconds?: number
}

const STOP_GRACE_SECONDS = 10

/** Occupants that are containers: found by the labels that they were started with. */
export function containerHome(
  address: EngineAddress,
  { stopGraceSeconds = STOP_GRACE_SECONDS }: ContainerHomeOptions = {},
): Home {
  const observer = engineObserver(address)
  const client = new EngineClient(address)
  return {
    async listOccupants(place, waiting: Waiting) {
      const containers = await observer.listContainers(waiting)
      return containers.flatMap((container) => occupantOf(container, place) ?? [])
    },
    async stop(_, occupant, { signal }) {
      try {
        await client.stopContainer(occupant.id, stopGraceSeconds, signal)
        await client.removeContainer(occupant.id, signal)
      } catch (error) {
        signal.throwIfAborted()
        throw stopFailed(occupant, errorMessage(error), error)
      }
    },
  }
}

/** Claim numbers are a registry's own, and a host may have met several: everything else has to be the same, too. */
function occupantOf(container: Container, place: SlotPlace): Occupant | undefined {
  const { claim, token, project, environment, slot, version } = portolanLabelsOf(container)
  const isOurs =
    claim === String(place.claimId) &&
    slot === place.half &&
    project === place.project &&
    environment === place.environment &&
    // In the host's own network it publishes nothing.
    (container.ports.length === 0 || container.ports.some(({ hostPort }) => hostPort === place.port))
  if (!isOurs || token === undefined || !/^\d{1,15}$/.test(token)) return undefined
  const { id, name, isRunning } = container
  const words = `container "${name}"`
  return { kind: 'container', id, words, version: version ?? '', token: Number(token), isRunning }
}
