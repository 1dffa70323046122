import type { Half } from '@portolan/registry'
import type { Occupant } from './occupant.ts'

/** What happens while something is deployed, in the order in which it happens. */
export type DeployProgress =
  | { readonly type: 'chosen'; readonly half: Half; readonly port: number; readonly token: number }
  /** What stood there before: never promoted, its grace over, or left by a deployer that was killed. */
  | { readonly type: 'stopped'; readonly half: Half; readonly occupant: Occupant }
  | { readonly type: 'started'; readonly half: Half; readonly occupant: Occupant }
  /** One look at its health; without a fault it is healthy. */
  | { readonly type: 'checked'; readonly attempt: number; readonly afterMs: number; readonly fault?: string }
  | { readonly type: 'promoted'; readonly half: Half; readonly version: string }
  /** The deploy has failed and something of it could not be taken back; the next deploy does. */
  | { readonly type: 'left'; readonly half: Half; readonly reason: string }

export type OnProgress = (progress: DeployProgress) => void
