import { openContentReader } from '../http1/content-reader.ts'
import type { Fields } from '../http1/fields.ts'
import type { Framing } from '../http1/framing.ts'
import { HeadBuffer } from '../http1/head-buffer.ts'
import { MalformedMessage } from '../http1/malformed-message.ts'
import { mayBeginRequest, parseRequestLines, type RequestLines } from '../http1/request-lines.ts'
import { mayBeginResponse, parseResponseLines, type ResponseLines } from '../http1/response-lines.ts'

const HEAD_LIMIT_BYTES = 16_384

/** One message as the parsers have read it. */
export interface ReadMessage<Lines> {
  readonly lines: Lines
  readonly content: string
  readonly trailers: Fields
}

export interface ReadStream<Lines> {
  readonly messages: readonly ReadMessage<Lines>[]
  /** The kind of the fault that ended it; undefined when the bytes ended. */
  readonly fault: MalformedMessage['kind'] | undefined
}

/** Requests one after the other, as a connection reads them. @param pieces the bytes as they come in */
export function readRequestStream(pieces: readonly Buffer[]): ReadStream<RequestLines> {
  return readStream(
    pieces,
    () => new HeadBuffer(HEAD_LIMIT_BYTES, mayBeginRequest),
    (text) => parseRequestLines(text),
  )
}

/** Answers one after the other, each to a GET. */
export function readAnswerStream(pieces: readonly Buffer[]): ReadStream<ResponseLines> {
  return readStream(
    pieces,
    () => new HeadBuffer(HEAD_LIMIT_BYTES, mayBeginResponse),
    (text) => parseResponseLines(text, 'GET'),
  )
}

/** @throws whatever is no MalformedMessage */
function readStream<Lines extends { readonly framing: Framing }>(
  pieces: readonly Buffer[],
  openHead: () => HeadBuffer,
  parse: (text: string) => Lines,
): ReadStream<Lines> {
  const messages: { lines: Lines; content: string; trailers: Fields }[] = []
  let head = openHead()
  let reader = openContentReader({ kind: 'none' })
  const take = (piece: Buffer): Buffer | undefined => {
    if (!reader.isDone) {
      const message = messages.at(-1)
      const rest = reader.read(piece, (data) => {
        if (message !== undefined) message.content += data.toString('latin1')
      })
      if (message !== undefined) message.trailers = reader.trailers
      return rest
    }
    const taken = head.push(piece)
    if (taken === undefined) return undefined
    head = openHead()
    const lines = parse(taken.text)
    reader = openContentReader(lines.framing)
    messages.push({ lines, content: '', trailers: reader.trailers })
    return taken.rest
  }
  try {
    for (const piece of pieces) {
      for (let rest: Buffer | undefined = piece; rest !== undefined && rest.length > 0; ) rest = take(rest)
    }
  } catch (error) {
    if (!(error instanceof MalformedMessage)) throw error
    return { messages, fault: error.kind }
  }
  return { messages, fault: undefined }
}
