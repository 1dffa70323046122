import { type AccessLogSettings, accessLine, DEFAULT_ACCESS_LOG, isWritten } from './access-log.ts'
import type { Exchange, Outcome } from './exchange.ts'
import type { Figures } from './figures/figures.ts'
import type { Fields } from './http1/fields.ts'
import type { Limits } from './limits/limits.ts'
import type { LineBudget } from './line-budget.ts'
import { type TraceContext, traceContextOf } from './trace-context.ts'

export interface AccountingOptions {
  readonly figures: Figures
  readonly limits: Limits
  /** Takes each line of the access log, its end included. */
  readonly writeLine: ((line: string) => void) | undefined
  /** For the lines of refused requests. */
  readonly refusalLines: LineBudget
}

/** What is written down of every request: figures, the log, and what its client has spent. Called for each of them. */
export class Accounting {
  readonly #figures: Figures
  readonly #limits: Limits
  readonly #writeLine: AccountingOptions['writeLine']
  readonly #refusalLines: LineBudget
  #log: AccessLogSettings = DEFAULT_ACCESS_LOG
  #madeTracesRatio = 0

  constructor({ figures, limits, writeLine, refusalLines }: AccountingOptions) {
    this.#figures = figures
    this.#limits = limits
    this.#writeLine = writeLine
    this.#refusalLines = refusalLines
  }

  configure({ log, madeTracesRatio }: { readonly log: AccessLogSettings; readonly madeTracesRatio: number }): void {
    this.#log = log
    this.#madeTracesRatio = madeTracesRatio
  }

  /** @returns undefined where there is none */
  traceOf(fields: Fields): TraceContext | undefined {
    return traceContextOf(fields, this.#makesTrace)
  }

  began(): void {
    this.#figures.requestCount += 1
  }

  /** @throws GATEWAY_TOO_MANY_LASTING */
  becomeLasting({ visit }: Exchange, kind: 'streams' | 'tunnels'): void {
    if (visit !== undefined) this.#limits.last(visit)
    this.#figures[kind].open += 1
    this.#figures[kind].total += 1
  }

  ended(exchange: Exchange, outcome: Outcome): void {
    const { visit, route, code, lasting, upstreamMs } = exchange
    if (visit !== undefined) this.#limits.leave(visit)
    const durationMs = performance.now() - exchange.startedMs
    const figures = this.#figures.routeOf(route?.path, route?.workspace !== undefined)
    this.#figures.requestCount -= 1
    figures.count(exchange.client.request.method, exchange.status)
    figures.receivedBytes += exchange.receivedBytes
    figures.sentBytes += exchange.sentBytes
    if (lasting === undefined) figures.duration.observe(durationMs)
    else this.#figures[lasting].open -= 1
    if (upstreamMs !== undefined) figures.upstream.observe(upstreamMs)
    if (code !== undefined) this.#figures.refused(code)
    if (this.#writeLine !== undefined) this.#write(exchange, { outcome, durationMs })
  }

  /**
   * The one line per request. Of its path only what the route says: the rest may hold a secret, such as the token of an
   * invitation, and which part does only the service knows, whose own log has the path under the same request id.
   */
  #write(
    exchange: Exchange,
    { outcome, durationMs }: { readonly outcome: Outcome; readonly durationMs: number },
  ): void {
    const { requestId, trace, client, route, status, code, upstreamMs, receivedBytes, sentBytes } = exchange
    const entry = {
      requestId,
      traceId: trace?.traceId === '' ? undefined : trace?.traceId,
      method: client.request.method,
      route: route?.path,
      service: route?.service,
      status,
      durationMs: exchange.lasting === undefined || outcome !== 'complete' ? durationMs : 0,
      upstreamMs,
      receivedBytes,
      sentBytes,
      outcome,
      code,
    }
    if (!isWritten(entry, this.#log, Math.random())) return
    if (code !== undefined && !this.#refusalLines.mayWrite(exchange.startedMs)) return
    this.#writeLine?.(accessLine({ ...entry, durationMs }, Date.now()))
  }

  readonly #makesTrace = (): boolean => this.#madeTracesRatio > 0 && Math.random() < this.#madeTracesRatio
}
