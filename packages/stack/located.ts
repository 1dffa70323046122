import { formatPath, type Path, type Position, Positions } from './position.ts'

/** A value of the file together with its place. Every step from text to model works on this tree. */
export type Located = LocatedMap | LocatedList | LocatedScalar

export interface LocatedMap {
  readonly kind: 'map'
  readonly at: Position
  readonly entries: ReadonlyMap<string, LocatedEntry>
}
export interface LocatedEntry {
  /** Where the key stands: what is wrong with a whole entry points here. */
  readonly keyAt: Position
  readonly value: Located
}
export interface LocatedList {
  readonly kind: 'list'
  readonly at: Position
  readonly items: readonly Located[]
}
export interface LocatedScalar {
  readonly kind: 'scalar'
  readonly at: Position
  readonly value: string | number | boolean | null
  /** A number or boolean as the file spells it: `007` and `1.10` are more than 7 and 1.1. */
  readonly written?: string
}

export function mapOf(at: Position, entries: Iterable<readonly [string, LocatedEntry]>): LocatedMap {
  return { kind: 'map', at, entries: new Map(entries) }
}

export function childOf(node: Located | undefined, key: string): Located | undefined {
  return node?.kind === 'map' ? node.entries.get(key)?.value : undefined
}

export function isNull(node: Located): boolean {
  return node.kind === 'scalar' && node.value === null
}

/** The plain value, as JSON would hold it. */
export function plainValue(node: Located): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value
    case 'list':
      return node.items.map(plainValue)
    case 'map':
      return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plainValue(entry.value)]))
  }
}

/** Every scalar replaced by what `change` makes of it; places stay. */
export function mapScalars(node: Located, change: (scalar: LocatedScalar) => LocatedScalar): Located {
  switch (node.kind) {
    case 'scalar':
      return change(node)
    case 'list':
      return { ...node, items: node.items.map((item) => mapScalars(item, change)) }
    case 'map': {
      const entries = [...node.entries].map(
        ([key, entry]) => [key, { ...entry, value: mapScalars(entry.value, change) }] as const,
      )
      return mapOf(node.at, entries)
    }
  }
}

/** The index from path to place: a map entry stands where its key stands. */
export function positionsOf(root: Located): Positions {
  const byPath = new Map<string, Position>()
  const visit = (node: Located, path: Path): void => {
    if (node.kind === 'map') {
      for (const [key, entry] of node.entries) {
        byPath.set(formatPath([...path, key]), entry.keyAt)
        visit(entry.value, [...path, key])
      }
    }
    if (node.kind === 'list') {
      for (const [index, item] of node.items.entries()) {
        byPath.set(formatPath([...path, index]), item.at)
        visit(item, [...path, index])
      }
    }
  }
  visit(root, [])
  return new Positions(byPath, root.at)
}
