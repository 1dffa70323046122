import { isSecretText, namesSecret, PASSWORD_IN_URL } from './secret.ts'
import { isFilledIn } from './text-value.ts'

/** A part of a line, in UTF-16 code units: from `start` until before `end`. */
interface Span {
  readonly start: number
  readonly end: number
}

export interface MaskedLine {
  readonly text: string
  /** The part of `text` before the column that was asked for. */
  readonly before: string
}

/**
 * A line of a file as it may be shown: each secret is one `…`. It goes by the text alone, as the file may be too broken
 * to be understood, and rather hides too much than too little.
 * @param column counts from 1
 * @param secretColumns where a secret of this line stands, or its key, whatever that is called
 */
export function maskedLine(line: string, column: number, secretColumns: readonly number[] = []): MaskedLine {
  const named = [...passwordsOfUrls(line), ...namedSecrets(line)]
  const placed = secretColumns.flatMap((one) => {
    const span = valueAt(line, behindKey(line, one - 1))
    const isHidden = named.some(({ start, end }) => start < span.end && span.start < end)
    return isHidden ? [] : [span]
  })
  const spans = [...named, ...placed].toSorted((a, b) => a.start - b.start)
  const parts: string[] = []
  const before: string[] = []
  let shown = 0
  for (const { start, end } of spans) {
    if (end <= shown) continue
    if (start >= shown) {
      parts.push(line.slice(shown, start), '…')
      before.push(line.slice(shown, Math.min(start, Math.max(shown, column - 1))), end < column ? '…' : '')
    }
    shown = end
  }
  parts.push(line.slice(shown))
  before.push(line.slice(shown, Math.max(shown, column - 1)))
  return { text: parts.join(''), before: before.join('') }
}

function behindKey(line: string, start: number): number {
  const key = /(["']?)[\w.-]+\1\s*:\s+/y
  key.lastIndex = start
  return key.test(line) ? key.lastIndex : start
}

function passwordsOfUrls(line: string): readonly Span[] {
  return [...line.matchAll(PASSWORD_IN_URL)].flatMap(({ index, 1: head = '', 2: password = '' }) => {
    const start = index + head.length
    return isFilledIn(password) ? [] : [{ start, end: start + password.length }]
  })
}

/** `DB_PASSWORD: x`, `"token": "x"`, `--password=x`, `--requirepass x` and `[--requirepass, x]` */
function namedSecrets(line: string): readonly Span[] {
  const spans: Span[] = []
  for (const { 0: name, index } of line.matchAll(/[\w.-]+/g)) {
    if (index < (spans.at(-1)?.end ?? 0) || !namesSecret(name)) continue
    const separator = name.startsWith('-') ? /["']?\s*[:=,\s]\s*/y : /["']?\s*[:=]\s*/y
    separator.lastIndex = index + name.length
    if (!separator.test(line)) continue
    const start = separator.lastIndex
    const quote = separator.lastIndex === index + name.length + 1 ? openQuote(line, index) : undefined
    const span = quote === undefined ? valueAt(line, start) : { start, end: endOf(line, start, quote) }
    if (isSecretValue(line.slice(span.start, span.end), name)) spans.push(span)
  }
  return spans
}

/** The quote that a name follows at once, as in `"--password=x"`. */
function openQuote(line: string, index: number): string | undefined {
  const quote = line[index - 1]
  return quote === '"' || quote === "'" ? quote : undefined
}

function endOf(line: string, from: number, quote: string): number {
  const end = line.indexOf(quote, from)
  return end === -1 ? line.length : end
}

/** A value of YAML: quoted, within a flow (where commas and braces end it), or as long as the line. */
function valueAt(line: string, start: number): Span {
  const quoted = /"(?:[^"\\]|\\.)*(?:"|\\?$)|'(?:[^']|'')*(?:'|$)/y
  quoted.lastIndex = start
  if (quoted.test(line)) return { start, end: quoted.lastIndex }
  const isInFlow = /[{[]/.test(line.slice(0, start))
  const plain = isInFlow ? /(?:\$\{[^${}]*\}|[^,}\]])*/y : /.*?(?=\s#|$)/y
  plain.lastIndex = start
  return { start, end: plain.test(line) ? plain.lastIndex : line.length }
}

/** Judged by its first word: what follows on the line may be another value. */
function isSecretValue(written: string, name: string): boolean {
  // A map, a list or a block begins here, which is no value yet.
  if (/^[{[|>#]/.test(written)) return false
  const unquoted = written.replace(/^["']|["']$/g, '')
  return isSecretText(/^[^\s,\]]*/.exec(unquoted)?.[0] ?? '', name)
}
