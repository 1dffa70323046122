import type { Spot } from './file-fault.ts'

/** A value of a file together with its place: what every reader reads, whether the file is JSON or YAML. */
export type Located = LocatedMap | LocatedList | LocatedScalar

export interface LocatedMap {
  readonly kind: 'map'
  readonly at: Spot
  readonly entries: ReadonlyMap<string, LocatedEntry>
}

export interface LocatedEntry {
  readonly keyAt: Spot
  readonly value: Located
}

export interface LocatedList {
  readonly kind: 'list'
  readonly at: Spot
  readonly items: readonly Located[]
}

export interface LocatedScalar {
  readonly kind: 'scalar'
  /** The text as it is written, quotes and all. */
  readonly at: Spot
  readonly value: string | number | boolean | null
}

/** Far above any file that people write, far below what would hold up a machine. */
export const TEXT_LIMITS = { characters: 1_048_576, values: 50_000, depth: 60 } as const

export function childOf(node: Located | undefined, key: string): Located | undefined {
  return node?.kind === 'map' ? node.entries.get(key)?.value : undefined
}

/** The entries of a map; of anything else none. */
export function entriesOf(node: Located | undefined): readonly (readonly [string, LocatedEntry])[] {
  return node?.kind === 'map' ? [...node.entries] : []
}

/** The text of a scalar, a number's too; undefined for anything else. */
export function textOf(node: Located | undefined): string | undefined {
  if (node?.kind !== 'scalar' || node.value === null || typeof node.value === 'boolean') return undefined
  return String(node.value)
}
