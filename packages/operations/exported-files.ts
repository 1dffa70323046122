import { type FileClaim, newPortFile } from '@portolan/port-files'
import type { ExportedFile } from './export-operation.ts'

/** The claims of a host as new files: central, per project, slots. */
export function exportedFiles(claims: readonly FileClaim[], now: Date): ExportedFile[] {
  const central: ExportedFile[] = [
    { format: 'central-ports', file: 'ports.json', text: newPortFile('central-ports', { claims, now }) },
    { format: 'ssot', file: 'ssot.json', text: newPortFile('ssot', { claims, now }) },
  ]
  const byProject = [...Map.groupBy(claims, ({ project }) => project)]
  const projects = byProject.map(([project, own]): ExportedFile => {
    const file = `${project}/.codeb/ports.json`
    return { format: 'project-ports', file, text: newPortFile('project-ports', { claims: own, now }) }
  })
  // The format has one file for a project's environment: its main pair.
  const pairs = claims.filter(({ shape, kind, purpose }) => shape === 'pair' && kind === 'app' && purpose === 'main')
  const slots = pairs.map((claim): ExportedFile => {
    const file = `slots/${claim.project}-${claim.environment}.json`
    return { format: 'slots', file, text: newPortFile('slots', { claims: [claim], now }) }
  })
  return [...central, ...projects, ...slots]
}
