import type { Socket } from 'node:net'
import type { Fields } from './fields.ts'
import type { Framing } from './framing.ts'
import type { RequestLines } from './request-lines.ts'

/** What becomes of the content of a request. */
export interface ContentSink {
  onData(piece: Buffer): void
  /** The content is complete. */
  onEnd(trailers: Fields): void
}

/** What the answering side hears of the client. */
export interface ClientEvents {
  /** The client has read what was written to it. */
  onClientDrain(): void
  /** The connection is gone before the answer was complete. */
  onGone(): void
  /** Nothing has moved for the idle limit, in either direction. */
  onStill(): void
  /** What came of the content is no HTTP. */
  onMalformed(fault: Error): void
}

export interface AnswerHead {
  /** The status line and the field lines, each ended by CRLF; without those of the framing and of the connection. */
  readonly text: string
  readonly framing: Framing
}

/** A connection that speaks something else from now on. */
export interface TakenSocket {
  readonly socket: Socket
  /** What the client sent behind its request without waiting. */
  readonly early: Buffer
}

/** One request of a client, and its answer: whichever version of HTTP carries it. */
export interface ClientExchange {
  readonly request: RequestLines
  readonly remoteAddress: string
  /** Whether the head of the answer has been written: nothing else can be answered then. */
  readonly hasAnswered: boolean
  /** Whether all of the request has come. */
  readonly isComplete: boolean
  /** Lets the content of the request come; before this nothing of it is read. */
  readContent(sink: ContentSink): void
  pauseContent(): void
  resumeContent(): void
  follow(events: ClientEvents): void
  /** An interim answer (1xx), with its empty line; left out when the client reads slowly. */
  inform(text: string): void
  /** No other request is read after this answer. */
  closeAfterwards(): void
  writeHead(head: AnswerHead): void
  /** @returns false when the client reads more slowly than we write: `onClientDrain` follows */
  write(piece: Buffer): boolean
  /** @param trailers field lines, each ended by CRLF */
  end(trailers?: string): void
  /** Sends now what was written. */
  flush(): void
  /** Breaks off, so that the answer does not look complete. @param withReset when only a reset can tell */
  abort(withReset?: boolean): void
  /** The exchange is over with this: the socket is the caller's. */
  takeOver(): TakenSocket
}
