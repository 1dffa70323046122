import type { Position } from '@portolan/stack'

/** `error`: it cannot work as written. `warning`: it will hurt sooner or later. `note`: it could be said better. */
export const SEVERITIES = ['error', 'warning', 'note'] as const
export type Severity = (typeof SEVERITIES)[number]

/** What `check` says about a file. Its code is a promise to scripts; its message may be improved any day. */
export interface Finding extends Position {
  readonly code: string
  readonly severity: Severity
  /** What is wrong, why it hurts, what to do. Holds no secret. */
  readonly message: string
  /** Other places that belong to it, in this file or another. */
  readonly related: readonly RelatedPlace[]
  /** Where it holds, in the order of the file. */
  readonly environments: readonly string[]
}
export interface RelatedPlace extends Position {
  readonly message: string
}

/** The same finding of several environments becomes one that names them all; the rest is put in the order of lines. */
export function mergeFindings(findings: readonly Finding[]): readonly Finding[] {
  const byIdentity = new Map<string, Finding>()
  for (const finding of findings) {
    const identity = JSON.stringify({ ...finding, environments: [] })
    const known = byIdentity.get(identity)
    const environments = [...new Set([...(known?.environments ?? []), ...finding.environments])]
    byIdentity.set(identity, { ...finding, environments })
  }
  return [...byIdentity.values()].toSorted(inFileOrder)
}

function inFileOrder(a: Finding, b: Finding): number {
  return textOrder(a.file, b.file) || a.line - b.line || a.column - b.column || textOrder(a.code, b.code)
}

function textOrder(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
