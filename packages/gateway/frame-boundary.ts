/** Tells where a WebSocket frame ends and the next may begin (RFC 6455 §5.2), by reading the frames' heads alone. */
export class FrameBoundary {
  /** Of the content of the frame that has begun. */
  #left = 0n
  readonly #head = Buffer.alloc(14)
  #headLength = 0

  /** Nothing of a frame has come, or all of it. */
  get isAtBoundary(): boolean {
    return this.#left === 0n && this.#headLength === 0
  }

  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#left > 0n) at += this.#skip(chunk.length - at)
      else at = this.#readHead(chunk, at)
    }
  }

  #skip(available: number): number {
    const skipped = this.#left < BigInt(available) ? Number(this.#left) : available
    this.#left -= BigInt(skipped)
    return skipped
  }

  #readHead(chunk: Buffer, from: number): number {
    this.#head[this.#headLength] = chunk[from] ?? 0
    this.#headLength += 1
    if (this.#headLength >= 2 && this.#headLength === headLengthOf(this.#head)) {
      this.#left = contentLengthOf(this.#head)
      this.#headLength = 0
    }
    return from + 1
  }
}

function headLengthOf(head: Buffer): number {
  const second = head[1] ?? 0
  const length = second & 0x7f
  return 2 + (length === 127 ? 8 : length === 126 ? 2 : 0) + (second >= 0x80 ? 4 : 0)
}

function contentLengthOf(head: Buffer): bigint {
  const length = (head[1] ?? 0) & 0x7f
  if (length === 127) return head.readBigUInt64BE(2)
  return BigInt(length === 126 ? head.readUInt16BE(2) : length)
}
