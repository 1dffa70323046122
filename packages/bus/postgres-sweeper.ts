import { setTimeout as delay } from 'node:timers/promises'
import type { BusLogger } from './bus.ts'

const INTERVAL_MS = 60_000
/** Small statements: what is asked meanwhile waits for one of them. */
const ROW_LIMIT = 1_000
const ROUND_LIMIT = 50

/** @returns true when there may be more */
type Sweep = (rowLimit: number) => Promise<boolean>

/** Deletes what has expired: every bus does, about once a minute, at most 50,000 rows of a table each time. */
export class PostgresSweeper {
  readonly #sweep: Sweep
  readonly #logger: BusLogger

  constructor(sweep: Sweep, logger: BusLogger) {
    this.#sweep = sweep
    this.#logger = logger
  }

  /** Ends with the connection. */
  start(lost: Promise<unknown>): void {
    const over = new AbortController()
    void lost.then(() => over.abort()) // never rejects
    void this.#run(over.signal) // ends with the signal and never rejects
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // Not all processes of a stack at the same moment.
      const pauseMs = INTERVAL_MS * (0.5 + Math.random())
      await delay(pauseMs, undefined, { signal }).catch(() => undefined) // aborted: the condition says it
      if (!signal.aborted) await this.#sweepOnce(signal)
    }
  }

  async #sweepOnce(signal: AbortSignal): Promise<void> {
    try {
      for (let round = 0; round < ROUND_LIMIT && !signal.aborted; round += 1) {
        if (!(await this.#sweep(ROW_LIMIT))) return
      }
    } catch (cause) {
      if (!signal.aborted) this.#logger.warn({ err: cause }, 'the bus could not delete what has expired')
    }
  }
}
