import { DatabaseError } from 'pg'

export interface ServerErrorDescription {
  readonly reason: string
  readonly details: Readonly<Record<string, unknown>>
}

/**
 * PostgreSQL's own words with everything it says about the place.
 * @param statement the text that was sent, where it is known: the position then becomes line and column in it
 * @returns undefined when the error is not the server's
 */
export function describeServerError(error: unknown, statement: string | undefined): ServerErrorDescription | undefined {
  if (!(error instanceof DatabaseError)) return undefined
  const { message, code, detail, hint, where, schema, table, column, constraint } = error
  const place: Place = error.position === undefined ? {} : placeOf(Number(error.position), statement)
  const facts = { sqlState: code, schema, table, column, constraint, ...place }
  const details = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
  const inText = place.line !== undefined ? ` at line ${place.line}, column ${place.columnInLine}` : ''
  const extras = [detail, hint, where].filter((text) => text !== undefined).join(' ')
  return { reason: `${message} (${code})${inText}${extras === '' ? '' : `: ${extras}`}`, details }
}

interface Place {
  readonly position?: number
  readonly line?: number
  readonly columnInLine?: number
}

/** @param position counts characters, not UTF-16 units, from 1 (PostgreSQL, "Error and Notice Message Fields") */
function placeOf(position: number, statement: string | undefined): Place {
  if (statement === undefined) return { position }
  const lines = Array.from(statement)
    .slice(0, position - 1)
    .join('')
    .split('\n')
  return { position, line: lines.length, columnInLine: Array.from(lines.at(-1) ?? '').length + 1 }
}
