import { stripVTControlCharacters } from 'node:util'
import type { CliContext } from './cli-context.ts'
import { alignColumns, coloursFor, visible } from './terminal.ts'

export interface Table {
  readonly header: readonly string[]
  /** As many cells as the header has; text from outside. */
  readonly rows: readonly (readonly string[])[]
}

/**
 * A table for people. Where the terminal is too narrow for it, such as a phone's, each row becomes a block of lines that
 * begins with its first cell.
 */
export function tableLines(context: Pick<CliContext, 'environment' | 'stdout'>, table: Table): readonly string[] {
  const { dim, bold } = coloursFor(context.stdout, context)
  const rows = table.rows.map((row) => row.map(visible))
  const isUsed = (column: number) => rows.some((row) => row[column] !== '')
  const used = (cells: readonly string[]) => cells.filter((_, column) => isUsed(column))
  const lines = alignColumns([used(table.header).map((word) => dim(word)), ...rows.map(used)])
  const width = context.stdout.columns ?? Number.POSITIVE_INFINITY
  if (lines.every((line) => stripVTControlCharacters(line).length <= width)) return lines
  return rows.flatMap((row) => {
    const [first = '', ...rest] = row
    const named = rest.flatMap((cell, index) => (cell === '' ? [] : [[dim(table.header[index + 1] ?? ''), cell]]))
    return [bold(first), ...alignColumns(named).map((line) => `  ${line}`)]
  })
}

/** How long ago, or in how long: `3 min ago`, `in 2 h`. */
export function momentWords(iso: string | undefined, now: Date = new Date()): string {
  if (iso === undefined) return ''
  const seconds = (Date.parse(iso) - now.getTime()) / 1_000
  const size = Math.abs(seconds)
  const [count, unit] =
    size < 120
      ? [size, 's']
      : size < 7_200
        ? [size / 60, 'min']
        : size < 172_800
          ? [size / 3_600, 'h']
          : [size / 86_400, 'd']
  const words = `${Math.round(count)} ${unit}`
  return seconds > 0 ? `in ${words}` : `${words} ago`
}
