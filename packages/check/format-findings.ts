import type { Finding } from './finding.ts'
import { formatGithub } from './formats/github.ts'
import { formatJson } from './formats/json.ts'
import { formatSarif } from './formats/sarif.ts'
import { formatText } from './formats/text.ts'

export const FINDING_FORMATS = ['text', 'json', 'sarif', 'github'] as const
export type FindingFormat = (typeof FINDING_FORMATS)[number]

export interface FormatOptions {
  readonly format: FindingFormat
  /** The texts of the files by the names that findings carry; a file that is missing is shown without its line. */
  readonly sources: ReadonlyMap<string, string>
  /** For `text`: with ANSI colours. */
  readonly color: boolean
  /** What `docs/rules/<code>.md` is relative to, in SARIF's help links: an absolute URI with a slash at its end. */
  readonly documentationUri?: string
}

/** The findings for people (`text`), programs (`json`), code scanning (`sarif`) and workflow logs (`github`). */
export function formatFindings(findings: readonly Finding[], options: FormatOptions): string {
  switch (options.format) {
    case 'text':
      return formatText(findings, options)
    case 'json':
      return formatJson(findings)
    case 'sarif':
      return formatSarif(findings, options.documentationUri ?? '')
    case 'github':
      return formatGithub(findings)
  }
}
