import type { Account } from './account.ts'
import type { Waiter } from './fair-gate.ts'

/** One request as the limits see it: on whose account it goes. */
export class Visit implements Waiter {
  readonly client: Account
  /** Known once it is decided where the request goes. */
  workspace: Account | undefined
  route: Account | undefined
  waitingSinceMs = 0
  isInside = false
  hasLeft = false
  /** It has become an event stream or a WebSocket, and is counted as that. */
  isLasting = false
  /** Set by whoever lets it wait. */
  whenIn: () => void = ignore
  whenRefused: () => void = ignore

  constructor(client: Account) {
    this.client = client
  }

  get sharedBy(): Account {
    return this.workspace ?? this.client
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
