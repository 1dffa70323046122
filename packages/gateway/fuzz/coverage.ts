import { Session } from 'node:inspector/promises'

/** Of which sources new behaviour counts. */
const SOURCES = /\/packages\/gateway\/(http1\/[\w-]+|headers|path|request-head)\.ts$/

/**
 * Which blocks of the parsers have run, and about how often, told by V8 itself. Jazzer.js, which instruments the source
 * instead, needs a newer C library (glibc 2.38) than Debian 12 has.
 */
export class Coverage implements Disposable {
  readonly #session = new Session()
  readonly #seen = new Set<string>()

  static async open(): Promise<Coverage> {
    const coverage = new Coverage()
    coverage.#session.connect()
    await coverage.#session.post('Profiler.enable')
    await coverage.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
    return coverage
  }

  get count(): number {
    return this.#seen.size
  }

  /** How many blocks have run since the last time that never ran before, or never as often. */
  async takeNew(): Promise<number> {
    const { result } = await this.#session.post('Profiler.takePreciseCoverage')
    const before = this.#seen.size
    for (const { url, functions } of result.filter((script) => SOURCES.test(script.url))) {
      for (const { startOffset, endOffset, count } of functions.flatMap(({ ranges }) => ranges)) {
        if (count > 0) this.#seen.add(`${url}:${startOffset}:${endOffset}:${Math.floor(Math.log2(count))}`)
      }
    }
    return this.#seen.size - before
  }

  [Symbol.dispose](): void {
    this.#session.disconnect()
  }
}
