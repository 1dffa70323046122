import type { Waiting } from '@portolan/errors'
import type { Half } from '@portolan/registry'

/** One half of a claimed pair: where something runs, or is to run. */
export interface SlotPlace {
  readonly claimId: number
  readonly project: string
  readonly environment: string
  readonly half: Half
  readonly port: number
}

/** What is to run there, and on whose word: the token grows with every deploy of the claim. */
export interface Arrival {
  readonly version: string
  readonly token: number
}

/** Something that was started for a half of a pair, as it was written down where it runs. */
export interface Occupant {
  readonly kind: 'container' | 'command'
  /** The container's, or the mark of the processes. */
  readonly id: string
  /** What a person reads: `container "worb-production-blue-12"`. */
  readonly words: string
  readonly version: string
  readonly token: number
  readonly isRunning: boolean
}

/** Where occupants live: a container engine, or this machine's processes. */
export interface Home {
  /** Everything of ours that stands on that half, also what has ended. What is somebody else's is never in it. */
  listOccupants(place: SlotPlace, waiting: Waiting): Promise<readonly Occupant[]>
  /** Ends it, and what it started, and forgets it. Resolves when it is gone; it may be gone already. */
  stop(place: SlotPlace, occupant: Occupant, waiting: Waiting): Promise<void>
}

/** Something that was just started. */
export interface Started {
  readonly occupant: Occupant
  /** How it ended, as the end of "it …"; undefined while it runs. */
  findEnd(waiting: Waiting): Promise<string | undefined>
  /** The last lines that it printed, and where the others are. */
  readOutput(waiting: Waiting): Promise<string>
}

/** How a version is run. */
export interface Runner {
  readonly kind: Occupant['kind']
  readonly home: Home
  /** Whether it runs on this machine, whose ports can be probed before. */
  readonly isLocal: boolean
  /** Where its port is asked for its health; several are the addresses that it may listen on, and one is enough. */
  readonly addresses: readonly string[]
  /** When it rejects, nothing of it is left. */
  start(place: SlotPlace, arrival: Arrival, waiting: Waiting): Promise<Started>
}
