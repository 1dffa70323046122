import type { Spot } from './file-fault.ts'

/** Where lines begin in a text, so that an offset becomes a line and a column. */
export class LineIndex {
  readonly #starts: readonly number[]

  constructor(text: string) {
    const starts = [0]
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1)
    this.#starts = starts
  }

  spot(start: number, end: number): Spot {
    let [low, high] = [0, this.#starts.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.#starts[middle] ?? 0) <= start) low = middle
      else high = middle - 1
    }
    return { start, end, line: low + 1, column: start - (this.#starts[low] ?? 0) + 1 }
  }
}
