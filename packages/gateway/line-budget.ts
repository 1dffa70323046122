import type { GatewayLogger } from './log.ts'

/** Whoever floods the gateway would flood the disk as well: the figures count what is left out. */
const MOST_PER_SECOND = 200

/** How many lines of one kind are written in a second. */
export class LineBudget {
  #second = 0
  #count = 0
  #leftOutCount = 0

  /** @param nowMs of a clock that does not go back */
  mayWrite(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1_000)
    if (second !== this.#second) this.#count = 0
    this.#second = second
    this.#count += 1
    if (this.#count <= MOST_PER_SECOND) return true
    this.#leftOutCount += 1
    return false
  }

  /** How many were left out since this was asked last. */
  takeLeftOut(): number {
    const leftOutCount = this.#leftOutCount
    this.#leftOutCount = 0
    return leftOutCount
  }
}

/** A logger for what clients and services can bring about as often as they like. Errors have a budget of their own. */
export class BoundedLogger implements GatewayLogger {
  readonly #logger: GatewayLogger
  readonly #notes = new LineBudget()
  readonly #errors = new LineBudget()

  constructor(logger: GatewayLogger) {
    this.#logger = logger
  }

  info(fields: Readonly<Record<string, unknown>>, message: string): void {
    if (this.#notes.mayWrite(performance.now())) this.#logger.info(fields, message)
  }

  warn(fields: Readonly<Record<string, unknown>>, message: string): void {
    if (this.#notes.mayWrite(performance.now())) this.#logger.warn(fields, message)
  }

  error(fields: Readonly<Record<string, unknown>>, message: string): void {
    if (this.#errors.mayWrite(performance.now())) this.#logger.error(fields, message)
  }

  /** Writes one line for all that were left out, here and in the log of requests. Called every now and then. */
  tellLeftOut(requests: LineBudget): void {
    const lineCount = this.#notes.takeLeftOut() + this.#errors.takeLeftOut() + requests.takeLeftOut()
    if (lineCount > 0) this.#logger.warn({ lineCount }, 'lines left out, for too many came at once')
  }
}
