import { blankLike } from '../display-width.ts'
import { type Finding, SEVERITIES, type Severity } from '../finding.ts'
import { maskedLine } from '../masked-line.ts'

interface TextOptions {
  readonly sources: ReadonlyMap<string, string>
  readonly color: boolean
}
interface Printing {
  readonly sources: ReadonlyMap<string, string>
  readonly paint: Paint
  /** Where the secrets of the files stand. */
  readonly secrets: readonly Finding[]
}
type Style = 'bold' | 'dim' | Severity
type Paint = (style: Style, text: string) => string

// ECMA-48 "select graphic rendition".
const STYLES: Readonly<Record<Style, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  error: [31, 39],
  warning: [33, 39],
  note: [36, 39],
}

/** What is longer helps nobody in a terminal, and takes long to look through for secrets. */
const LONGEST_LINE = 2_000

/** Its line is the secret. */
const SECRET_CODE = 'SECRET_PLAIN'

/** For people: by file, with the line itself, a caret under the column, the places that belong to it, and a count. No secret. */
export function formatText(findings: readonly Finding[], { sources, color }: TextOptions): string {
  if (findings.length === 0) return 'No findings.\n'
  const paint: Paint = (style, text) => {
    const [on, off] = STYLES[style]
    return color ? `\u001b[${on}m${text}\u001b[${off}m` : text
  }
  const secrets = findings.filter(({ code }) => code === SECRET_CODE)
  const files = [...Map.groupBy(findings, ({ file }) => file)].map(([file, ofFile]) => {
    const blocks = ofFile.map((finding) => block(finding, { sources, paint, secrets }))
    return `${paint('bold', visible(file))}\n${blocks.join('\n')}`
  })
  return `${files.join('\n')}\n${closingLine(findings, files.length)}\n`
}

function block(finding: Finding, printing: Printing): string {
  const { paint } = printing
  const { severity, code, line, column, environments } = finding
  const head = `  ${paint('dim', `${line}:${column}`)}  ${paint(severity, severity)}  ${paint('bold', code)}`
  const where = environments.length === 0 ? '' : paint('dim', `  [${environments.map(visible).join(', ')}]`)
  const related = finding.related.map(
    (one) => `      ${paint('dim', `${visible(one.file)}:${one.line}:${one.column}`)}  ${visible(one.message)}`,
  )
  const lines = [`${head}${where}`, `    ${visible(finding.message)}`, ...sourceLines(finding, printing), ...related]
  return `${lines.join('\n')}\n`
}

function sourceLines(finding: Finding, { sources, paint, secrets }: Printing): readonly string[] {
  const { code, file, line, column, severity } = finding
  const written = sources.get(file)?.split(/\r\n|\r|\n/)[line - 1]
  if (written === undefined || written.length > LONGEST_LINE || code === SECRET_CODE) return []
  const beside = secrets.filter((secret) => secret.file === file && secret.line === line)
  const { text, before } = maskedLine(
    written,
    column,
    beside.map((secret) => secret.column),
  )
  const number = String(line).padStart(6)
  const gutter = ' '.repeat(number.length)
  const blank = blankLike(visible(before))
  return [
    `${paint('dim', `${number} |`)} ${visible(text)}`,
    `${paint('dim', `${gutter} |`)} ${blank}${paint(severity, '^')}`,
  ]
}

/** A file may hold escape sequences; a terminal must not obey them. Tabs stay. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (character) => (character === '\t' ? '\t' : '\ufffd'))
}

function closingLine(findings: readonly Finding[], fileCount: number): string {
  const counts = SEVERITIES.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`]
  })
  return `${counts.join(', ')} in ${fileCount} ${fileCount === 1 ? 'file' : 'files'}.`
}
