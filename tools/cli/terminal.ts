import { stripVTControlCharacters } from 'node:util'
import picocolors from 'picocolors'
import type { CliContext } from './cli-context.ts'

export type Colours = ReturnType<typeof picocolors.createColors>

/** Colours for people at a terminal; none in a file, a pipe, or where NO_COLOR is set (no-color.org). */
export function coloursFor(stream: NodeJS.WriteStream, { environment }: Pick<CliContext, 'environment'>): Colours {
  const isOff = (environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb'
  return picocolors.createColors(!isOff && (stream.isTTY || (environment.FORCE_COLOR ?? '') !== ''))
}

/** All that moves the cursor, ends a line or turns the direction of writing (Unicode UAX 9), but for the tab. */
const INVISIBLE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/** Text from outside as a person may see it: what would command the terminal is shown as `\x1b`. */
export function visible(text: string): string {
  return text.replace(INVISIBLE, (character) => {
    if (character === '\t') return character
    const code = character.charCodeAt(0).toString(16)
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`
  })
}

/** The same for text of several lines, which stay lines. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n')
}

/** An answer from outside with every text in it as a person may see it, in one line. */
export function visibleAnswer(value: unknown): unknown {
  if (typeof value === 'string') return visible(value)
  if (Array.isArray(value)) return value.map(visibleAnswer)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [visible(name), visibleAnswer(part)]))
}

/** JSON for machines that says the same at a terminal: what would command it is written as `\u009b`. */
export function jsonText(value: unknown): string {
  // JSON itself escapes the first thirty-two; line ends are its own.
  return JSON.stringify(value, null, 2).replace(INVISIBLE, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Rows with their columns aligned, two spaces between them. */
export function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<readonly number[]>(
    (known, row) => row.map((cell, index) => Math.max(known[index] ?? 0, stripVTControlCharacters(cell).length)),
    [],
  )
  return rows.map((row) =>
    row
      .map(
        (cell, index) => cell + ' '.repeat(Math.max(0, (widths[index] ?? 0) - stripVTControlCharacters(cell).length)),
      )
      .join('  ')
      .trimEnd(),
  )
}

/** `0.3 s`, `14 s`, `3 min`, `5 h`, `2 d`: one figure that a person takes in at a glance. */
export function formatDuration(ms: number): string {
  const seconds = ms / 1_000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`
}
