const WORD_BITS = 32
const WORD_COUNT = 65_536 / WORD_BITS
const ALL_FREE = 0xffff_ffff
/** The even ports of a word. */
const EVEN = 0x5555_5555

/** One bit for each port, so that a band of thousands of taken ports is passed over in a few dozen words. */
export class PortBitmap {
  readonly #free = new Uint32Array(WORD_COUNT).fill(ALL_FREE)

  setFree(port: number, isFree: boolean): void {
    const index = port >>> 5
    const bit = 1 << (port & 31)
    this.#free[index] = isFree ? this.#word(index) | bit : this.#word(index) & ~bit
  }

  /** The lowest free port from `from` to `last`. */
  findFree(from: number, last: number): number | undefined {
    return this.#find({ from, last }, (word) => word)
  }

  /** The lowest even port from `from` to `last` that is free together with the next one. */
  findFreePair(from: number, last: number): number | undefined {
    // Bit n is bit n and bit n + 1; an even port and the next one are always in one word.
    return this.#find({ from, last: last - 1 }, (word) => word & (word >>> 1) & EVEN)
  }

  #find({ from, last }: Bounds, candidates: (free: number) => number): number | undefined {
    for (let index = from >>> 5; index <= last >>> 5; index += 1) {
      const isFirst = index === from >>> 5
      const fromMask = isFirst ? ALL_FREE << (from & 31) : ALL_FREE
      const word = candidates(this.#word(index)) & fromMask
      if (word === 0) continue
      const port = index * WORD_BITS + lowestBit(word)
      return port <= last ? port : undefined
    }
    return undefined
  }

  #word(index: number): number {
    return this.#free[index] ?? 0
  }
}

interface Bounds {
  readonly from: number
  readonly last: number
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word)
}
