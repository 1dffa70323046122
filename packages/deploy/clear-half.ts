import type { Waiting } from '@portolan/errors'
import type { Half } from '@portolan/registry'
import type { Home } from './occupant.ts'
import { type Pair, placeOf } from './pair.ts'
import type { OnProgress } from './progress.ts'

export interface StopOptions extends Waiting {
  readonly homes: readonly Home[]
  readonly onProgress: OnProgress
  /**
   * What was started under a higher token stays: it is a later deployer's, who has taken the half over in the meantime.
   */
  readonly highestToken: number
}

/** Stops everything of ours that stands on a half. @throws DEPLOY_STOP_FAILED, and what the homes throw */
export async function stopOccupants(pair: Pair, half: Half, options: StopOptions): Promise<void> {
  const { homes, onProgress, highestToken, signal } = options
  const place = placeOf(pair, half)
  for (const home of homes) {
    for (const occupant of await home.listOccupants(place, { signal })) {
      if (occupant.token > highestToken) continue
      await home.stop(place, occupant, { signal })
      onProgress({ type: 'stopped', half, occupant })
    }
  }
}
