import type { Duplex } from 'node:stream'
import type { FieldLines, Fields } from './fields.ts'
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
  /** It sends its content, or reads the answer, more slowly than the least rate. */
  onSlow(side: 'upload' | 'answer'): void
  /** What came of the content is no HTTP. */
  onMalformed(fault: Error): void
}

/** An answer before its content, without the fields of one hop: each version of HTTP writes those itself. */
export interface AnswerHead {
  readonly status: number
  readonly reason: string
  /** With Content-Length or Trailer where the message has them. */
  readonly fields: FieldLines
  readonly framing: Framing
}

/** An answer without content: an interim one, or one that switches protocols. */
export type BareHead = Pick<AnswerHead, 'status' | 'reason' | 'fields'>

/** A connection that speaks something else from now on. */
export interface TakenSocket {
  /** Half-open: the end of one direction does not end the other. */
  readonly socket: Duplex
  /** What was sent behind the head without waiting. */
  readonly early: Buffer
  /** Breaks off, so that the other side does not take it for an end. */
  readonly reset: () => void
}

/** One request of a client, and its answer: whichever version of HTTP carries it. */
export interface ClientExchange {
  readonly request: RequestLines
  readonly remoteAddress: string
  /** What the client's connection speaks below HTTP. */
  readonly protocol: 'http' | 'https'
  /** The key that a WebSocket is asked for with in the client's stead; its own check is then ours to make. */
  readonly webSocketKey?: string | undefined
  /** Whether the head of the answer has been written: nothing else can be answered then. */
  readonly hasAnswered: boolean
  /** Whether all of the request has come. */
  readonly isComplete: boolean
  /** Lets the content of the request come; before this nothing of it is read. */
  readContent(sink: ContentSink): void
  pauseContent(): void
  resumeContent(): void
  follow(events: ClientEvents): void
  /** An interim answer (1xx); left out when the client reads slowly, or cannot know what it is. */
  inform(head: BareHead): void
  /** No other request is read after this answer. */
  closeAfterwards(): void
  writeHead(head: AnswerHead): void
  /** @returns false when the client reads more slowly than we write: `onClientDrain` follows */
  write(piece: Buffer): boolean
  end(trailers?: FieldLines): void
  /** Sends now what was written. */
  flush(): void
  /** Breaks off, so that the answer does not look complete. @param withReset when only a reset can tell */
  abort(withReset?: boolean): void
  /** Agrees to a WebSocket (101). The exchange is over with this: the socket is the caller's. */
  switchProtocol(head: BareHead): TakenSocket
}
