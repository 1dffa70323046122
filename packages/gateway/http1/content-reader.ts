import { ChunkedReader } from './chunked-reader.ts'
import { type Fields, NO_FIELDS } from './fields.ts'
import type { Framing } from './framing.ts'

/** The content of one message, piece by piece. */
export interface ContentReader {
  readonly isDone: boolean
  /** Empty until it is done. */
  readonly trailers: Fields
  /**
   * @param onData told each piece, of the chunk's own memory
   * @returns what follows the message, when it has ended; undefined before
   * @throws MalformedMessage
   */
  read(chunk: Buffer, onData: (piece: Buffer) => void): Buffer | undefined
}

export function openContentReader(framing: Framing): ContentReader {
  switch (framing.kind) {
    case 'none':
      return EMPTY
    case 'length':
      return framing.length === 0 ? EMPTY : new LengthReader(framing.length)
    case 'chunked':
      return new ChunkedReader()
    default:
      return UNTIL_CLOSE
  }
}

const EMPTY: ContentReader = Object.freeze({ isDone: true, trailers: NO_FIELDS, read: (chunk: Buffer) => chunk })

const UNTIL_CLOSE: ContentReader = Object.freeze({
  isDone: false,
  trailers: NO_FIELDS,
  read: (chunk: Buffer, onData: (piece: Buffer) => void) => {
    onData(chunk)
    return undefined
  },
})

class LengthReader implements ContentReader {
  readonly trailers = NO_FIELDS
  #left: number

  constructor(length: number) {
    this.#left = length
  }

  get isDone(): boolean {
    return this.#left === 0
  }

  read(chunk: Buffer, onData: (piece: Buffer) => void): Buffer | undefined {
    if (chunk.length < this.#left) {
      this.#left -= chunk.length
      onData(chunk)
      return undefined
    }
    const length = this.#left
    this.#left = 0
    onData(length === chunk.length ? chunk : chunk.subarray(0, length))
    return chunk.subarray(length)
  }
}
