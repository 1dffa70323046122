import type { Reader } from './configuration-reader.ts'
import type { Outcome } from './exchange.ts'

export interface AccessLogSettings {
  /** Which part of the plain requests is written: 0 to 1. */
  readonly shareRatio: number
  /** From here on a request counts as slow, and is always written. */
  readonly slowMs: number
}

export const DEFAULT_ACCESS_LOG: AccessLogSettings = Object.freeze({ shareRatio: 1, slowMs: 1_000 })

export function readAccessLog(read: Reader, value: unknown): Partial<AccessLogSettings> {
  const { shareRatio, slowMs } = read.record(value, 'log', ['shareRatio', 'slowMs'])
  return Object.freeze({
    ...(shareRatio === undefined ? {} : { shareRatio: read.ratio(shareRatio, 'log.shareRatio') }),
    ...(slowMs === undefined ? {} : { slowMs: read.count(slowMs, 'log.slowMs', { lowest: 1, highest: 3_600_000 }) }),
  })
}

/** What is said of a request. */
export interface AccessEntry {
  readonly requestId: string
  readonly traceId: string | undefined
  readonly method: string
  /** The path of the route: the rest of the request's may hold a secret. */
  readonly route: string | undefined
  readonly service: string | undefined
  readonly status: number
  readonly durationMs: number
  /** Until the head of the service's answer. */
  readonly upstreamMs: number | undefined
  readonly receivedBytes: number
  readonly sentBytes: number
  readonly outcome: Outcome
  /** Why the gateway itself refused it. */
  readonly code: string | undefined
}

/**
 * Whether a request is written: all that were refused, broke off, failed or were slow, and a share of the others.
 * @param chance 0 to 1
 */
export function isWritten(entry: AccessEntry, { shareRatio, slowMs }: AccessLogSettings, chance: number): boolean {
  if (entry.code !== undefined || entry.outcome !== 'complete') return true
  return entry.status >= 500 || entry.durationMs >= slowMs || chance < shareRatio
}

/** One line of JSON with pino's field names, put together by hand: JSON.stringify takes three times as long. */
export function accessLine(entry: AccessEntry, timeMs: number): string {
  const { requestId, traceId, method, route, service, upstreamMs, code } = entry
  return (
    `{"level":30,"time":${timeMs},"requestId":${quoted(requestId)},"method":${quoted(method)}` +
    (route === undefined ? '' : `,"route":${quoted(route)}`) +
    `,"status":${entry.status},"durationMs":${Math.round(entry.durationMs)}` +
    (upstreamMs === undefined ? '' : `,"upstreamMs":${Math.round(upstreamMs)}`) +
    (entry.receivedBytes === 0 ? '' : `,"receivedBytes":${entry.receivedBytes}`) +
    (entry.sentBytes === 0 ? '' : `,"sentBytes":${entry.sentBytes}`) +
    (service === undefined ? '' : `,"service":${quoted(service)}`) +
    (traceId === undefined ? '' : `,"traceId":"${traceId}"`) +
    (code === undefined ? '' : `,"code":"${code}"`) +
    `,"outcome":"${entry.outcome}","msg":"request"}\n`
  )
}

/** As JSON.stringify of a text, which only what is not plain ASCII needs. */
function quoted(text: string): string {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return JSON.stringify(text)
  }
  return `"${text}"`
}
