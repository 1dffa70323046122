import type { Finding, Severity } from '../finding.ts'

const COMMANDS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' }

/** Workflow commands, one a line, which GitHub shows beside the changed lines. */
export function formatGithub(findings: readonly Finding[]): string {
  return findings.map((finding) => `${command(finding)}\n`).join('')
}

function command({ code, severity, message, file, line, column, related, environments }: Finding): string {
  const properties = { file, line: String(line), col: String(column), title: code }
  const listed = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(value)}`)
  const places = related.map((one) => `\n${one.file}:${one.line}:${one.column} ${one.message}`).join('')
  const data = escapeData(`${message} [${environments.join(', ')}]${places}`)
  return `::${COMMANDS[severity]} ${listed.join(',')}::${data}`
}

/** As `@actions/core` does it (`toolkit/packages/core/src/command.ts`). */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
