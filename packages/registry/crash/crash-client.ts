import { setTimeout as delay } from 'node:timers/promises'
import type { CrashOutcome, CrashRecord, CrashRequest } from './record.ts'
import type { RegistryProcess } from './registry-process.ts'

export interface CrashClientOptions {
  readonly project: string
  readonly hosts: readonly string[]
  readonly processes: readonly RegistryProcess[]
  readonly random: () => number
  /** The next operation's number; undefined when there have been enough. */
  readonly nextId: () => number | undefined
  readonly record: (record: CrashRecord) => void
}

interface Holding {
  readonly host: string
  readonly purpose: string
  readonly claimId: number
  readonly token: number
  /** The one before, which a deployer that was paused would show. */
  readonly staleToken: number | undefined
}

const HOLDING_LIMIT = 5
/** While no registry is up, or the database is away. */
const PAUSE_MS = 20

/** A deployer: it allocates, asks again, takes over, releases, shows stale tokens, and repeats what got no answer. */
export class CrashClient {
  readonly #options: CrashClientOptions
  readonly #holdings: Holding[] = []
  #purposeCount = 0

  constructor(options: CrashClientOptions) {
    this.#options = options
  }

  async run(): Promise<void> {
    for (;;) {
      const isDone = await this.#act()
      if (isDone) return
    }
  }

  async #act(): Promise<boolean> {
    const { random } = this.#options
    const choice = random()
    const holding = this.#holdings[Math.floor(random() * this.#holdings.length)]
    const isFull = this.#holdings.length >= HOLDING_LIMIT
    if (holding === undefined || (!isFull && choice < 0.4)) return this.#allocate()
    if (choice < 0.75) return this.#release(holding)
    if (choice < 0.85) return this.#askAgain(holding)
    return choice < 0.95 ? this.#takeOver(holding) : this.#beStale(holding)
  }

  async #allocate(): Promise<boolean> {
    const { hosts, random } = this.#options
    this.#purposeCount += 1
    return this.#hold(hosts[Math.floor(random() * hosts.length)] ?? '', `need-${this.#purposeCount}`)
  }

  /** Asks until it has it: whoever gets no answer asks the same again, as the registry tells him to. */
  async #hold(host: string, purpose: string): Promise<boolean> {
    for (;;) {
      const outcome = await this.#ask(host, { type: 'allocate', project: this.#options.project, purpose })
      if (outcome === undefined) return true
      if (outcome.state === 'unknown') continue
      if (outcome.state === 'done') {
        const { claimId, token } = outcome
        this.#forget(claimId)
        this.#holdings.push({ host, purpose, claimId, token, staleToken: undefined })
      }
      return false
    }
  }

  async #askAgain({ host, purpose }: Holding): Promise<boolean> {
    return this.#hold(host, purpose)
  }

  async #release({ host, claimId, token }: Holding): Promise<boolean> {
    for (;;) {
      const outcome = await this.#ask(host, { type: 'release', project: this.#options.project, claimId, token })
      if (outcome === undefined) return true
      if (outcome.state === 'unknown') continue
      this.#forget(claimId)
      return false
    }
  }

  async #takeOver({ host, purpose, claimId, token }: Holding): Promise<boolean> {
    const outcome = await this.#ask(host, {
      type: 'takeOver',
      project: this.#options.project,
      claimId,
      token: undefined,
    })
    if (outcome === undefined) return true
    this.#forget(claimId)
    // Without an answer it does not know its token any more: it asks for what it has.
    if (outcome.state === 'unknown') return this.#hold(host, purpose)
    if (outcome.state === 'done') {
      this.#holdings.push({ host, purpose, claimId, token: outcome.token, staleToken: token })
    }
    return false
  }

  async #beStale({ host, claimId, staleToken }: Holding): Promise<boolean> {
    if (staleToken === undefined) return false
    const request = { type: 'takeOver', project: this.#options.project, claimId, token: staleToken } as const
    return (await this.#ask(host, request)) === undefined
  }

  #forget(claimId: number): void {
    const index = this.#holdings.findIndex((holding) => holding.claimId === claimId)
    if (index >= 0) this.#holdings.splice(index, 1)
  }

  /** @returns undefined when there have been enough operations */
  async #ask(host: string, request: CrashRequest): Promise<CrashOutcome | undefined> {
    const { processes, random, nextId, record } = this.#options
    for (;;) {
      const ready = processes.filter(({ isReady }) => isReady)
      const process = ready[Math.floor(random() * ready.length)]
      if (process === undefined) {
        await delay(PAUSE_MS)
        continue
      }
      const id = nextId()
      if (id === undefined) return undefined
      const askedAt = performance.now()
      const outcome = await process.ask(id, host, request)
      const answeredAt = outcome.state === 'unknown' ? Infinity : performance.now()
      record({ id, host, request, outcome, askedAt, answeredAt })
      const isAway = outcome.state === 'refused' && outcome.code === 'REGISTRY_STORE_UNAVAILABLE'
      if (!isAway) return outcome
      await delay(PAUSE_MS)
    }
  }
}
