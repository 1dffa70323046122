/** One thing that keeps a file from being used, and where it stands. Line and column count from 1. */
export interface FileFault {
  readonly file: string
  readonly line: number
  readonly column: number
  /** What is wrong, what was expected. */
  readonly message: string
}

/** A stretch of a file's text, and where it begins. */
export interface Spot {
  /** Offset of the first character. */
  readonly start: number
  /** Offset behind the last one. */
  readonly end: number
  readonly line: number
  readonly column: number
}

const FAULT_LIMIT = 100

/** Collects what is wrong with one file, so that all of it is said at once. */
export class FaultList {
  readonly #file: string
  readonly #faults: FileFault[] = []

  constructor(file: string) {
    this.#file = file
  }

  add({ line, column }: Pick<Spot, 'line' | 'column'>, message: string): void {
    if (this.#faults.length < FAULT_LIMIT) this.#faults.push({ file: this.#file, line, column, message })
  }

  /** In the order of the file. */
  get all(): readonly FileFault[] {
    return this.#faults.toSorted((a, b) => a.line - b.line || a.column - b.column)
  }
}
