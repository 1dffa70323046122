import { type Fields, NO_FIELDS, parseFields } from './fields.ts'
import { HeadBuffer } from './head-buffer.ts'
import { MalformedMessage } from './malformed-message.ts'

const CR = 0x0d
const LF = 0x0a
const SEMICOLON = 0x3b

/** 2^52 at the most, so that a size is exact; nobody sends such a chunk. */
const SIZE_DIGIT_LIMIT = 13
/** Extensions are thrown away; each chunk may have some, and a flood of them is work for nothing. */
const EXTENSION_LIMIT_BYTES = 256
const TRAILER_LIMIT_BYTES = 8_192

type State = 'size' | 'extension' | 'size-end' | 'data' | 'data-cr' | 'data-lf' | 'trailers' | 'done'

/**
 * The content of a chunked message (RFC 9112 §7.1), piece by piece, each byte once. Every line end is CRLF, a size is
 * digits alone, and an extension has visible characters: what is read differently by others is refused.
 */
export class ChunkedReader {
  #state: State = 'size'
  #size = 0
  #digitCount = 0
  #extensionBytes = 0
  /** The first piece of what is being read, and where others are put behind it. */
  #piece: Buffer | undefined
  #gathered: Buffer | undefined
  #gatheredBytes = 0
  /** The two bytes before the trailers are an empty line's beginning, so that the end is found like a head's. */
  readonly #trailers = new HeadBuffer(TRAILER_LIMIT_BYTES)
  #fields: Fields = NO_FIELDS

  get isDone(): boolean {
    return this.#state === 'done'
  }

  /** Empty until it is done. */
  get trailers(): Fields {
    return this.#fields
  }

  /**
   * @param onData told what of the content is in these bytes, at once: of the chunk's own memory, or gathered from many
   *   chunks, since thousands of tiny ones would cost a write each
   * @returns what follows the message, when it has ended; undefined before
   * @throws MalformedMessage
   */
  read(chunk: Buffer, onData: (piece: Buffer) => void): Buffer | undefined {
    let at = 0
    try {
      at = this.#readChunks(chunk)
    } finally {
      // What came before a fault was said, however the bytes are cut.
      const piece = this.#takeGathered()
      if (piece !== undefined) onData(piece)
    }
    return this.#state === 'trailers' && at < chunk.length ? this.#readTrailers(chunk.subarray(at)) : undefined
  }

  /** @returns where it has stopped: at the end, or where the trailers begin */
  #readChunks(chunk: Buffer): number {
    let at = 0
    while (at < chunk.length && this.#state !== 'trailers') {
      if (this.#state === 'data') {
        const piece = chunk.subarray(at, at + this.#size)
        this.#size -= piece.length
        at += piece.length
        if (this.#size === 0) this.#state = 'data-cr'
        this.#gather(piece, chunk.length)
      } else {
        this.#step(chunk[at] ?? 0)
        at += 1
      }
    }
    return at
  }

  /** @param most how many bytes there can be until they are taken */
  #gather(piece: Buffer, most: number): void {
    const first = this.#piece
    if (first === undefined) {
      this.#piece = piece
      return
    }
    if (this.#gathered === undefined) {
      this.#gathered = Buffer.allocUnsafe(most)
      this.#gatheredBytes = first.copy(this.#gathered)
    }
    this.#gatheredBytes += piece.copy(this.#gathered, this.#gatheredBytes)
  }

  #takeGathered(): Buffer | undefined {
    const piece = this.#gathered?.subarray(0, this.#gatheredBytes) ?? this.#piece
    this.#gathered = undefined
    this.#piece = undefined
    return piece
  }

  #step(byte: number): void {
    switch (this.#state) {
      case 'size':
        this.#readSize(byte)
        return
      case 'extension':
        this.#readExtension(byte)
        return
      case 'size-end':
        this.#expect(byte, LF)
        this.#beginChunk()
        return
      case 'data-cr':
        this.#expect(byte, CR)
        this.#state = 'data-lf'
        return
      default:
        this.#expect(byte, LF)
        this.#state = 'size'
    }
  }

  #readSize(byte: number): void {
    const digit = hexDigit(byte)
    if (digit !== -1) {
      this.#digitCount += 1
      if (this.#digitCount > SIZE_DIGIT_LIMIT) throw new MalformedMessage('a chunk is too large')
      this.#size = this.#size * 16 + digit
      return
    }
    if (this.#digitCount === 0) throw new MalformedMessage('a chunk has no size')
    if (byte === CR) this.#state = 'size-end'
    else if (byte === SEMICOLON) this.#state = 'extension'
    else throw new MalformedMessage('the size of a chunk is followed by something else')
  }

  #readExtension(byte: number): void {
    if (byte === CR) {
      this.#state = 'size-end'
      return
    }
    this.#extensionBytes += 1
    if (this.#extensionBytes > EXTENSION_LIMIT_BYTES) throw new MalformedMessage('a chunk extension is too long')
    if (byte !== 0x09 && (byte < 0x20 || byte > 0x7e)) throw new MalformedMessage('a chunk extension is malformed')
  }

  #beginChunk(): void {
    this.#state = this.#size === 0 ? 'trailers' : 'data'
    this.#digitCount = 0
    this.#extensionBytes = 0
    // The line of the last chunk ends in the CRLF with which an empty trailer section would be a head's end.
    if (this.#state === 'trailers') this.#trailers.push(Buffer.from('\r\n', 'latin1'))
  }

  #readTrailers(chunk: Buffer): Buffer | undefined {
    const head = this.#trailers.push(chunk)
    if (head === undefined) return undefined
    this.#state = 'done'
    if (head.text.length > 2) {
      this.#fields = parseFields(head.text, 2)
    }
    return head.rest
  }

  #expect(byte: number, expected: number): void {
    if (byte !== expected) throw new MalformedMessage('a chunk does not end in CRLF')
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}
