import type { Position } from '@portolan/stack'
import type { Finding } from '../finding.ts'
import { listRules } from '../rules.ts'

/** SARIF 2.1.0 (OASIS), as code scanning reads it: one run, one rule per code that was found. */
export function formatSarif(findings: readonly Finding[], documentationUri: string): string {
  const found = new Set(findings.map(({ code }) => code))
  const rules = listRules().filter(({ code }) => found.has(code))
  const log = {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Portolan',
            rules: rules.map(({ code, severity, title }) => ({
              id: code,
              shortDescription: { text: `${title}.` },
              helpUri: `${documentationUri}docs/rules/${code}.md`,
              defaultConfiguration: { level: severity },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding) =>
          resultOf(
            finding,
            rules.findIndex(({ code }) => code === finding.code),
          ),
        ),
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function resultOf(finding: Finding, ruleIndex: number) {
  return {
    ruleId: finding.code,
    // The specification's "no such rule", for a code that no rule of this version has (§3.27.6).
    ruleIndex,
    // The three severities are SARIF's own words.
    level: finding.severity,
    message: { text: finding.message },
    locations: [{ physicalLocation: physicalLocation(finding) }],
    relatedLocations: finding.related.map((one, index) => ({
      id: index + 1,
      message: { text: one.message },
      physicalLocation: physicalLocation(one),
    })),
    properties: { environments: finding.environments },
  }
}

function physicalLocation({ file, line, column }: Position) {
  return { artifactLocation: { uri: fileUri(file) }, region: { startLine: line, startColumn: column } }
}

/** A URI reference: `/`, never `\`, and nothing outside the characters of RFC 3986. */
function fileUri(file: string): string {
  const path = file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/')
  return path.startsWith('/') ? `file://${path}` : path
}
