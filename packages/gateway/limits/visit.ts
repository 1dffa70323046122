import type { Account } from './account.ts'
import type { Waiter } from './fair-gate.ts'

/** One request as the limits see it: on whose account it goes. */
export class Visit implements Waiter {
  readonly client: Account
  readonly workspace: Account | undefined
  readonly route: Account | undefined
  readonly sharedBy: Account
  waitingSinceMs = 0
  isInside = false
  hasLeft = false
  /** Set by whoever lets it wait. */
  whenIn: () => void = ignore
  whenRefused: () => void = ignore

  constructor(client: Account, workspace: Account | undefined, route: Account | undefined) {
    this.client = client
    this.workspace = workspace
    this.route = route
    this.sharedBy = workspace ?? client
  }

  onTurn(): void {
    this.isInside = true
    this.whenIn()
  }

  onWaitedTooLong(): void {
    this.whenRefused()
  }
}

function ignore(): void {
  // Nobody waits yet.
}
