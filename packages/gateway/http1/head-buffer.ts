import { MalformedMessage } from './malformed-message.ts'

const FIRST_SIZE_BYTES = 2_048
const END = Buffer.from('\r\n\r\n')

/** A head that has come whole, and what follows it. */
export interface TakenHead {
  /** From the first byte to the CRLF of the last line; the empty line behind it is left out. */
  readonly text: string
  /** What came behind the head, of the same memory. */
  readonly rest: Buffer
}

/** Whether a message may begin with these bytes: what is no HTTP at all need not be waited for. */
export type BeginningCheck = (first: Buffer) => boolean

/**
 * Gathers the head of a message from the pieces it comes in. Each byte is looked at once: a piece that is whole, as
 * nearly all are, is not even copied.
 */
export class HeadBuffer {
  readonly #limitBytes: number
  readonly #mayBegin: BeginningCheck
  #gathered: Buffer | undefined
  #length = 0

  constructor(limitBytes: number, mayBegin: BeginningCheck = () => true) {
    this.#limitBytes = limitBytes
    this.#mayBegin = mayBegin
  }

  get isEmpty(): boolean {
    return this.#length === 0
  }

  /**
   * @returns undefined when more has to come
   * @throws MalformedMessage of kind `too-large`
   */
  push(chunk: Buffer): TakenHead | undefined {
    if (this.#gathered === undefined) return this.#takeWhole(chunk)
    const gathered = this.#append(chunk, this.#gathered)
    // The end may have begun in the bytes before; what is behind these is memory of others, not looked at.
    const from = Math.max(0, this.#length - chunk.length - END.length + 1)
    const found = gathered.subarray(from, this.#length).indexOf(END)
    if (found === -1) return this.#keepWaiting(gathered.subarray(0, this.#length))
    const end = from + found
    const restAt = chunk.length - (this.#length - end - END.length)
    this.#gathered = undefined
    this.#length = 0
    return this.#taken(gathered, end, chunk.subarray(restAt))
  }

  #takeWhole(chunk: Buffer): TakenHead | undefined {
    const end = chunk.indexOf(END)
    if (end !== -1) return this.#taken(chunk, end, chunk.subarray(end + END.length))
    this.#gathered = Buffer.allocUnsafeSlow(Math.max(FIRST_SIZE_BYTES, chunk.length * 2))
    chunk.copy(this.#gathered)
    this.#length = chunk.length
    return this.#keepWaiting(chunk)
  }

  #taken(bytes: Buffer, end: number, rest: Buffer): TakenHead {
    this.#limit(end)
    return { text: bytes.toString('latin1', 0, end + 2), rest }
  }

  /** Grows by doubling, so that a head that comes byte by byte is copied a few times, not thousands. */
  #append(chunk: Buffer, gathered: Buffer): Buffer {
    const length = this.#length + chunk.length
    let target = gathered
    if (length > gathered.length) {
      target = Buffer.allocUnsafeSlow(Math.max(length, gathered.length * 2))
      gathered.copy(target, 0, 0, this.#length)
      this.#gathered = target
    }
    chunk.copy(target, this.#length)
    this.#length = length
    return target
  }

  #keepWaiting(gathered: Buffer): undefined {
    if (!this.#mayBegin(gathered)) throw new MalformedMessage('it does not begin like HTTP/1.1')
    this.#limit(gathered.length)
  }

  #limit(lengthBytes: number): void {
    if (lengthBytes > this.#limitBytes) {
      throw new MalformedMessage(`its head is larger than ${this.#limitBytes} bytes`, 'too-large')
    }
  }
}
