import type { DeclaredStack, Path, Position } from '@portolan/stack'
import type { Finding, Severity } from './finding.ts'

/** A code with how bad it is by default and what it is called in a list. */
export interface CodeWords {
  readonly severity: Severity
  readonly title: string
}
export type RuleCodes = Readonly<Record<string, CodeWords>>

/** What a stack file does not say itself, and whoever calls has looked up. */
export interface CheckFacts {
  /** The files among `filesNamed` that are not there, as the stack file names them; none unless given. */
  readonly missingFiles?: ReadonlySet<string>
}

/** One question that is asked of a stack in one environment. */
export interface Rule {
  /** All that it may find, by code. */
  readonly codes: RuleCodes
  readonly check: (resolved: DeclaredStack, facts: CheckFacts) => readonly Finding[]
}

/** A finding before it has a place: `at` and `related` are paths of the stack. */
export interface Statement {
  readonly at: Path
  readonly message: string
  /** That of the code unless given. */
  readonly severity?: Severity
  readonly related?: readonly { readonly at: Path; readonly message: string }[]
}
export type Say<Code extends string> = (code: Code, statement: Statement) => Finding

export function defineRule<Code extends string>(
  codes: Readonly<Record<Code, CodeWords>>,
  look: (resolved: DeclaredStack, say: Say<Code>, facts: CheckFacts) => readonly Finding[],
): Rule {
  const check: Rule['check'] = (resolved, facts) => {
    const say: Say<Code> = (code, { at, message, severity, related = [] }) => ({
      code,
      severity: severity ?? codes[code].severity,
      message,
      ...placeOf(resolved, at),
      related: related.map((one) => ({ message: one.message, ...placeOf(resolved, one.at) })),
      environments: [resolved.environment],
    })
    return look(resolved, say, facts)
  }
  return { codes, check }
}

/** The line that says the value at a path, without what else a position may carry. */
export function placeOf({ positions }: DeclaredStack, path: Path): Position {
  const { file, line, column } = positions.at(path)
  return { file, line, column }
}
