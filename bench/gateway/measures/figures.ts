/** What one part of the bench has found, for one proxy in one round. */
export interface Figures {
  readonly part: string
  readonly proxy: string
  /** By column, in the column's own unit. */
  readonly values: Readonly<Record<string, number>>
}

/** A column of a part: what it is called, and which of several rounds counts. */
export interface Column {
  readonly key: string
  readonly title: string
  readonly best: 'highest' | 'lowest'
  readonly digits: number
}

export interface Part {
  readonly name: string
  readonly title: string
  readonly columns: readonly Column[]
}
