import type { Finding } from '../finding.ts'

/** `{"findings": […]}`, each with all of its keys in one order, whatever else the value may carry. */
export function formatJson(findings: readonly Finding[]): string {
  const plain = findings.map(({ code, severity, message, file, line, column, related, environments }) => ({
    code,
    severity,
    message,
    file,
    line,
    column,
    related: related.map((one) => ({ message: one.message, file: one.file, line: one.line, column: one.column })),
    environments,
  }))
  return `${JSON.stringify({ findings: plain }, null, 2)}\n`
}
