import { createHash } from 'node:crypto'

/** A payload has to be shorter than 8000 bytes (PostgreSQL, NOTIFY). */
const PAYLOAD_LIMIT_BYTES = 7_999
const VERSION = 1

/** What a notification says: the message itself, or the id of the row that holds it. */
export type Notice =
  | { readonly kind: 'inline'; readonly channel: string; readonly text: string }
  | { readonly kind: 'stored'; readonly channel: string; readonly id: string; readonly sizeBytes: number }

/**
 * PostgreSQL's channel for ours: any text has to fit into an identifier of 63 bytes. The notice says the full name, so
 * that two names with one hash would only cost.
 */
export function postgresChannel(channel: string): string {
  return `bus_${createHash('sha256').update(channel).digest('hex').slice(0, 40)}`
}

/**
 * @param sequence differs within a transaction, where PostgreSQL drops notifications that equal an earlier one
 * @returns undefined when it does not fit into a notification
 */
export function formatNotice(notice: Notice, sequence: number): string | undefined {
  const { kind, channel } = notice
  const place = kind === 'stored' ? { id: notice.id, sizeBytes: notice.sizeBytes } : {}
  const head = JSON.stringify({ version: VERSION, sequence, channel, ...place })
  const payload = kind === 'stored' ? head : `${head}\n${notice.text}`
  return Buffer.byteLength(payload) > PAYLOAD_LIMIT_BYTES ? undefined : payload
}

/** @returns undefined for what is no notice, or one of another version */
export function parseNotice(payload: string): Notice | undefined {
  // JSON text has no line break of its own in the head: JSON.stringify escapes those of a channel.
  const end = payload.indexOf('\n')
  const head = parseHead(end === -1 ? payload : payload.slice(0, end))
  if (head === undefined) return undefined
  const { channel, id, sizeBytes } = head
  if (end !== -1) return { kind: 'inline', channel, text: payload.slice(end + 1) }
  if (id === undefined || sizeBytes === undefined) return undefined
  return { kind: 'stored', channel, id, sizeBytes }
}

interface Head {
  readonly channel: string
  readonly id: string | undefined
  readonly sizeBytes: number | undefined
}

function parseHead(text: string): Head | undefined {
  let head: unknown
  try {
    head = JSON.parse(text)
  } catch {
    return undefined // JSON.parse throws SyntaxError alone
  }
  if (typeof head !== 'object' || head === null) return undefined
  const { version, channel, id, sizeBytes }: Readonly<Record<string, unknown>> = { ...head }
  if (version !== VERSION || typeof channel !== 'string') return undefined
  return {
    channel,
    id: typeof id === 'string' ? id : undefined,
    sizeBytes: typeof sizeBytes === 'number' ? sizeBytes : undefined,
  }
}
