import { isDeepStrictEqual } from 'node:util'
import { isAppError } from '@portolan/errors'
import { readRequests } from '../desync/strict-reader.ts'
import { answerFields, requestText, trailerFields } from '../headers.ts'
import { answerHeadText, fieldLinesText } from '../http1/answer-text.ts'
import type { RequestLines } from '../http1/request-lines.ts'
import { normalisePath } from '../path.ts'
import { parseRequestHead } from '../request-head.ts'
import { type ReadMessage, type ReadStream, readAnswerStream, readRequestStream } from './read-stream.ts'

/** What has to hold for whatever bytes come. @throws an error that says what does not */
export type Property = (bytes: Buffer) => void

const CLIENT = { address: '192.0.2.1', protocol: 'http' } as const
const REQUEST_ID = 'fuzz-fuzz'
/** Per byte, with a beginning that covers what a busy machine adds. */
const MOST_MS = 200
const MOST_MS_PER_BYTE = 0.02

export const PROPERTIES: Readonly<Record<string, Property>> = {
  requests: (bytes) => {
    const read = inEveryCut(bytes, readRequestStream)
    for (const message of read.messages) passesOnOne(message)
  },
  answers: (bytes) => {
    for (const { lines } of inEveryCut(bytes, readAnswerStream).messages) {
      const { status, reason, framing, fields } = lines
      const written = answerFields(fields, { requestId: REQUEST_ID, status, framing, date: 'today' })
      hasOnlyItsOwnLines(answerHeadText({ status, reason, fields: written }), written.length / 2 + 1)
    }
  },
  paths: (bytes) => {
    const path = unlessRefused(() => normalisePath(bytes.toString('latin1')))
    if (path === undefined) return
    hold(path.startsWith('/') && !/\/\/|[\\#?]|%00/.test(path), 'a path is in its one form', path)
    hold(!path.split('/').some((segment) => segment === '.' || segment === '..'), 'no dot segment is left', path)
    hold(normalisePath(path) === path, 'a normalised path normalises to itself', path)
  },
}

/** Whole, byte by byte, and in pieces of a few sizes: the same messages and the same fault, in time that grows with the bytes. */
function inEveryCut<Lines>(bytes: Buffer, read: (pieces: readonly Buffer[]) => ReadStream<Lines>): ReadStream<Lines> {
  const whole = inTime(bytes, () => read([bytes]))
  for (const size of [1, 2, 3, 7, 64]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    )
    const cut = inTime(bytes, () => read(pieces))
    hold(isDeepStrictEqual(withoutEnd(cut), withoutEnd(whole)), `pieces of ${size} are read as the whole`, {
      cut,
      whole,
    })
  }
  return whole
}

/** How much of the last, broken message was told before its fault may differ. */
function withoutEnd<Lines>({ messages, fault }: ReadStream<Lines>): unknown {
  return fault === undefined ? messages : { messages: messages.slice(0, -1), count: messages.length, fault }
}

/** What is written for a request that was read is one request for another reader, and holds nothing else. */
function passesOnOne({ lines, content, trailers }: ReadMessage<RequestLines>): void {
  const head = unlessRefused(() => parseRequestHead(lines))
  if (head === undefined) return
  const { framing } = head
  if (framing.kind === 'length' && framing.length !== content.length) return // its end has not come
  const text = requestText(lines.fields, { head, requestId: REQUEST_ID, client: CLIENT, isUpgrade: false })
  const chunks = content === '' ? '' : `${content.length.toString(16)}\r\n${content}\r\n`
  const end = `${chunks}0\r\n${fieldLinesText(trailerFields(trailers) ?? [])}\r\n`
  const written = text + (framing.kind === 'chunked' ? end : content)
  const { requests, fault } = readRequests(written)
  const [only, ...others] = requests
  hold(fault === undefined && only !== undefined && others.length === 0, 'one request is passed on', { written, fault })
  hold(only?.method === head.method && only.body === content, 'with its method and its content', { written, only })
  hold(only?.target === head.path + head.query, 'with its path', { written, only })
}

function hasOnlyItsOwnLines(text: string, count: number): void {
  const lines = text.split('\r\n')
  hold(lines.pop() === '' && lines.length === count, 'a head has the lines that were written', text)
  hold(!lines.some((line) => /[\r\n\0]/.test(line)), 'no line holds the end of a line', text)
}

function inTime<Value>(bytes: Buffer, act: () => Value): Value {
  const beganMs = performance.now()
  const value = act()
  const tookMs = performance.now() - beganMs
  hold(tookMs < MOST_MS + bytes.length * MOST_MS_PER_BYTE, 'reading takes time in proportion', {
    tookMs,
    size: bytes.length,
  })
  return value
}

function unlessRefused<Value>(act: () => Value): Value | undefined {
  try {
    return act()
  } catch (error) {
    if (isAppError(error) && error.status < 500) return undefined
    throw error
  }
}

function hold(isTrue: boolean, what: string, seen: unknown): void {
  if (!isTrue) throw new Error(`It does not hold that ${what}: ${JSON.stringify(seen)}`)
}
