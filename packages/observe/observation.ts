import { type AppError, isAppError, type Waiting } from '@portolan/errors'
import { type Endpoint, endpointsCollide } from '@portolan/ports'
import { observerSilent } from './errors.ts'
import type { Observer } from './observer.ts'
import { endpointOfSighting, type Sighting } from './sighting.ts'

export interface SeenObservation {
  readonly state: 'seen'
  readonly sightings: readonly Sighting[]
  /** When the look began: what opened later may be missing. */
  readonly seenAt: Date
}

export interface UnknownObservation {
  readonly state: 'unknown'
  readonly cause: AppError
}

/** What an observer saw, or why it could not look. Unknown never means free. */
export type Observation = SeenObservation | UnknownObservation

export interface ObserveOptions extends Waiting {
  /** How long the observer may take before the answer is unknown. */
  readonly answerTimeoutMs?: number
}

const DEFAULTS = { answerTimeoutMs: 10_000 } as const satisfies Partial<ObserveOptions>

/**
 * Asks an observer once. A failure to look, or one that takes too long, is the observation `unknown`, with the
 * observer's own error when it has a code and OBSERVE_SILENT otherwise.
 * @throws the signal's reason alone: being told to stop is not a fact about the host
 */
export async function observe(observer: Observer, options: ObserveOptions): Promise<Observation> {
  const { signal, answerTimeoutMs } = { ...DEFAULTS, ...options }
  signal.throwIfAborted()
  const seenAt = observer.now()
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)])
    const sightings = await observer.listOpenPorts({ signal: limit })
    return { state: 'seen', sightings, seenAt }
  } catch (error) {
    signal.throwIfAborted()
    return { state: 'unknown', cause: isAppError(error) ? error : observerSilent(observer.name, error) }
  }
}

/**
 * The sightings that stand in the way of an endpoint, each with its holder where that could be read. Empty when nothing
 * seen does. Takes only an observation that was `seen`, so that nobody reads `unknown` as free.
 * @throws PORTS_ADDRESS_INVALID when the endpoint's address is no IP address
 */
export function findHolder(observation: SeenObservation, endpoint: Endpoint): readonly Sighting[] {
  return observation.sightings.filter((sighting) => endpointsCollide(endpointOfSighting(sighting), endpoint))
}
