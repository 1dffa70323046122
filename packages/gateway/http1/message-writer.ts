import type { Socket } from 'node:net'
import type { Framing } from './framing.ts'

const CRLF = Buffer.from('\r\n')
const LAST_CHUNK = '0\r\n'
/** A larger piece is not copied to go out with the head. */
const JOIN_LIMIT_BYTES = 16_384

/**
 * Writes one message after the other to a socket, as few writes as can be: a head waits for the piece that comes in
 * the same turn, and `flush` ends the waiting.
 */
export class MessageWriter {
  readonly #socket: Socket
  #head = ''
  #isChunked = false

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** @param text the head with its empty line, in latin1 */
  begin(text: string, framing: Framing): void {
    this.#head = text
    this.#isChunked = framing.kind === 'chunked'
  }

  /** @returns false when the other side reads more slowly than we write */
  write(piece: Buffer): boolean {
    if (!this.#isChunked) return this.#send(piece)
    if (piece.length === 0) return true
    this.#head += `${piece.length.toString(16)}\r\n`
    this.#socket.cork()
    this.#send(piece)
    const isRead = this.#socket.write(CRLF)
    this.#socket.uncork()
    return isRead
  }

  /** @param trailers lines that end in CRLF; only of a chunked message */
  end(trailers = ''): void {
    if (this.#isChunked) this.#head += `${LAST_CHUNK}${trailers}\r\n`
    this.flush()
  }

  flush(): void {
    if (this.#head === '') return
    const head = this.#head
    this.#head = ''
    this.#socket.write(head, 'latin1')
  }

  #send(piece: Buffer): boolean {
    if (this.#head === '') return this.#socket.write(piece)
    const head = this.#head
    this.#head = ''
    if (piece.length > JOIN_LIMIT_BYTES) {
      this.#socket.write(head, 'latin1')
      return this.#socket.write(piece)
    }
    const joined = Buffer.allocUnsafe(head.length + piece.length)
    joined.write(head, 0, 'latin1')
    piece.copy(joined, head.length)
    return this.#socket.write(joined)
  }
}
