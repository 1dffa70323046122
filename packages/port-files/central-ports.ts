import type { FileClaim } from './file-claim.ts'
import { formatJson, objectOf, parseObject } from './json-object.ts'
import { parseJson } from './json-text.ts'
import { childOf, entriesOf } from './located.ts'
import { foreignParts, needMapOf, readNeeds } from './need-map.ts'
import { listPorts, readPortList } from './port-list.ts'
import type { Reading } from './reading.ts'

/**
 * The central `ports.json` of a host:
 * `{ "projects": { "worb": { "production": { "blue": 4100, "green": 4101 } } }, "allocated": [4100, 4101] }`.
 */
export function readCentralPorts(reading: Reading): void {
  const root = parseJson(reading.source.text, reading.faults)
  if (root === undefined) return
  const projects = childOf(root, 'projects')
  if (projects?.kind !== 'map') {
    reading.faults.add(projects?.at ?? root.at, 'Expected "projects", an object of projects and environments.')
    return
  }
  for (const [key, { keyAt, value }] of projects.entries) {
    const project = reading.name(key, keyAt, 'project')
    if (value.kind !== 'map') reading.faults.add(value.at, `Expected the environments of "${key}" as an object.`)
    for (const [name, entry] of entriesOf(value)) {
      const environment = reading.name(name, entry.keyAt, 'environment')
      if (project === undefined || environment === undefined) continue
      if (entry.value.kind === 'map') readNeeds(reading, entry.value, { project, environment, authority: 'central' })
      else
        reading.faults.add(entry.value.at, `Expected the ports of "${name}", such as { "blue": 4100, "green": 4101 }.`)
    }
  }
  readPortList(reading, childOf(root, 'allocated'), 'allocated')
}

/**
 * The file with exactly these claims; what else it says of their environments, and of itself, stays.
 * @param text the file as it is; undefined for a new one
 */
export function writeCentralPorts(text: string | undefined, claims: readonly FileClaim[], lastUpdated: Date): string {
  const root = parseObject(text)
  const before = objectOf(root.projects)
  const byProject = Map.groupBy(claims, ({ project }) => project)
  const known = Object.keys(before).filter((project) => byProject.has(project))
  const projects = [...new Set([...known, ...byProject.keys()])].map((project) => {
    const environments = [...Map.groupBy(byProject.get(project) ?? [], ({ environment }) => environment)]
    const written = environments.map(([environment, own]) => {
      return [environment, { ...foreignParts(objectOf(before[project])[environment]), ...needMapOf(own) }]
    })
    return [project, Object.fromEntries(written)]
  })
  return formatJson({
    ...root,
    lastUpdated: lastUpdated.toISOString(),
    projects: Object.fromEntries(projects),
    allocated: listPorts(claims),
  })
}
