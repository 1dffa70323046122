/** What one account has taken in one worker, as plain JSON for the others. */
export interface Spending {
  readonly key: string
  /** Since it was told last. */
  readonly requestsSpent: number
  readonly inboundSpent: number
  readonly outboundSpent: number
  /** Now. */
  readonly requestCount: number
  readonly connectionCount: number
  readonly lastingCount: number
}

/** What is known of each worker, so that each can be told what all the others have spent. */
export class SpendingExchange {
  readonly #latestByWorker = new Map<number, Map<string, Spending>>()
  readonly #owedByWorker = new Map<number, Map<string, Spending>>()

  /** @param worker any number that stays the same while it lives */
  join(worker: number): void {
    this.#latestByWorker.set(worker, new Map())
    this.#owedByWorker.set(worker, new Map())
  }

  /** It has ended, and with it all that it had open. */
  leave(worker: number): void {
    const had = this.#latestByWorker.get(worker) ?? new Map<string, Spending>()
    this.#latestByWorker.delete(worker)
    this.#owedByWorker.delete(worker)
    for (const key of had.keys()) this.#owe(key, worker, NOTHING)
  }

  /** Takes what a worker has told. */
  take(worker: number, spent: readonly Spending[]): void {
    const latest = this.#latestByWorker.get(worker)
    if (latest === undefined) return
    for (const spending of spent) {
      if (spending.requestCount + spending.connectionCount + spending.lastingCount === 0) latest.delete(spending.key)
      else latest.set(spending.key, spending)
      this.#owe(spending.key, worker, spending)
    }
  }

  /** What the others have spent since this worker was told last, by key. */
  give(worker: number): readonly Spending[] {
    const owed = this.#owedByWorker.get(worker)
    if (owed === undefined) return []
    const told = [...owed.values()]
    owed.clear()
    return told
  }

  #owe(key: string, from: number, { requestsSpent, inboundSpent, outboundSpent }: Omit<Spending, 'key'>): void {
    for (const [worker, owed] of this.#owedByWorker) {
      if (worker === from) continue
      const before = owed.get(key)
      owed.set(key, {
        key,
        requestsSpent: requestsSpent + (before?.requestsSpent ?? 0),
        inboundSpent: inboundSpent + (before?.inboundSpent ?? 0),
        outboundSpent: outboundSpent + (before?.outboundSpent ?? 0),
        ...this.#openElsewhere(key, worker),
      })
    }
  }

  #openElsewhere(key: string, worker: number): Pick<Spending, 'requestCount' | 'connectionCount' | 'lastingCount'> {
    let requestCount = 0
    let connectionCount = 0
    let lastingCount = 0
    for (const [other, latest] of this.#latestByWorker) {
      if (other === worker) continue
      requestCount += latest.get(key)?.requestCount ?? 0
      connectionCount += latest.get(key)?.connectionCount ?? 0
      lastingCount += latest.get(key)?.lastingCount ?? 0
    }
    return { requestCount, connectionCount, lastingCount }
  }
}

const NOTHING = {
  requestsSpent: 0,
  inboundSpent: 0,
  outboundSpent: 0,
  requestCount: 0,
  connectionCount: 0,
  lastingCount: 0,
} as const
