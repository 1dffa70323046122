import type { Account } from './account.ts'

/** A request that may have to wait for its turn. */
export interface Waiter {
  /** Whose turn it is waiting for. */
  readonly sharedBy: Account
  waitingSinceMs: number
  /** Its turn has come: it is inside. */
  onTurn(): void
  /** It has waited too long. */
  onWaitedTooLong(): void
}

export interface FairGateOptions {
  readonly most: number
  readonly mostWaiting: number
  readonly waitMs: number
}

/** From here on nobody gets more than a fair share, which leaves the rest for who comes with little. */
const CROWDED_RATIO = 0.75

/**
 * Lets in so many requests at once. When it is full, each account gets its turn after the other (round robin), however
 * many of its requests wait; when it is crowded, whoever has a fair share inside already waits. So a greedy neighbour
 * waits for itself. O(1) for each request.
 */
export class FairGate {
  #options: FairGateOptions
  #insideCount = 0
  /** Accounts that have something inside. */
  #activeCount = 0
  #waitingCount = 0
  /** Accounts with something waiting; the first is next. */
  readonly #turns = new Set<Account>()

  constructor(options: FairGateOptions) {
    this.#options = options
  }

  get insideCount(): number {
    return this.#insideCount
  }

  get waitingCount(): number {
    return this.#waitingCount
  }

  configure(options: FairGateOptions): void {
    this.#options = options
    this.#letIn()
  }

  /** @returns `waits` when it will be told; `full` when not even that */
  enter(waiter: Waiter, nowMs: number): 'inside' | 'waits' | 'full' {
    const { sharedBy } = waiter
    if (sharedBy.waiting.size === 0 && this.#hasRoomFor(sharedBy)) {
      this.#admit(sharedBy)
      return 'inside'
    }
    const { mostWaiting } = this.#options
    // The room is divided among who waits, so that one cannot fill it; who comes first gets no more than half.
    const share = mostWaiting / (this.#turns.size + (sharedBy.waiting.size === 0 ? 2 : 1))
    if (sharedBy.waiting.size >= Math.max(1, share) || this.#waitingCount >= mostWaiting * 2) return 'full'
    waiter.waitingSinceMs = nowMs
    sharedBy.waiting.add(waiter)
    this.#turns.add(sharedBy)
    this.#waitingCount += 1
    return 'waits'
  }

  /** One that was inside is done. */
  leave(account: Account): void {
    this.#insideCount -= 1
    account.insideCount -= 1
    if (account.insideCount === 0) this.#activeCount -= 1
    if (this.#waitingCount > 0) this.#letIn()
  }

  /** It waits no longer, because its client has gone. @returns whether it was waiting */
  giveUp(waiter: Waiter): boolean {
    const { sharedBy } = waiter
    if (!sharedBy.waiting.delete(waiter)) return false
    this.#waitingCount -= 1
    if (sharedBy.waiting.size === 0) this.#turns.delete(sharedBy)
    return true
  }

  /** Sends away who has waited too long. */
  sweep(nowMs: number): void {
    if (this.#waitingCount === 0) return
    const late: Waiter[] = []
    for (const account of this.#turns) {
      for (const waiter of account.waiting) {
        if (nowMs - waiter.waitingSinceMs <= this.#options.waitMs) break
        late.push(waiter)
      }
    }
    for (const waiter of late) if (this.giveUp(waiter)) waiter.onWaitedTooLong()
  }

  #hasRoomFor(account: Account): boolean {
    const { most } = this.#options
    if (this.#insideCount >= most) return false
    if (this.#insideCount < most * CROWDED_RATIO) return true
    const activeCount = this.#activeCount + (account.insideCount === 0 ? 1 : 0)
    return account.insideCount < Math.max(1, most / activeCount)
  }

  #admit(account: Account): void {
    if (account.insideCount === 0) this.#activeCount += 1
    this.#insideCount += 1
    account.insideCount += 1
  }

  #letIn(): void {
    // Who has its share already is passed over; a few are looked at, so that leaving stays cheap.
    for (let looked = 0; looked < 8 && this.#turns.size > 0 && this.#insideCount < this.#options.most; looked += 1) {
      const [account] = this.#turns
      if (account === undefined) return
      this.#turns.delete(account)
      if (!this.#hasRoomFor(account)) {
        this.#turns.add(account)
        continue
      }
      const [waiter] = account.waiting
      if (waiter === undefined) continue
      account.waiting.delete(waiter)
      this.#waitingCount -= 1
      if (account.waiting.size > 0) this.#turns.add(account)
      this.#admit(account)
      waiter.onTurn()
    }
  }
}
