/** Where something stands in a file. Line and column count from 1, as editors do. */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
}

export type Path = readonly (string | number)[]

/** A path as one string (RFC 6901, without the leading slash), the key of {@link Positions}. */
export function formatPath(path: Path): string {
  return path.map((part) => String(part).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')
}

/** Which line said the value at a path: the base's, or that of the overlay that replaced it. */
export class Positions {
  readonly #byPath: ReadonlyMap<string, Position>
  readonly #start: Position

  constructor(byPath: ReadonlyMap<string, Position>, start: Position) {
    this.#byPath = byPath
    this.#start = start
  }

  /** The position of the path, or of its nearest ancestor that stands in the file. */
  at(path: Path): Position {
    for (let length = path.length; length > 0; length -= 1) {
      const position = this.#byPath.get(formatPath(path.slice(0, length)))
      if (position !== undefined) return position
    }
    return this.#start
  }
}
