import type { FileClaim } from './file-claim.ts'
import { formatJson, type JsonObject, objectOf, parseObject } from './json-object.ts'
import { parseJson } from './json-text.ts'
import { childOf, entriesOf, type LocatedMap, textOf } from './located.ts'
import { needMapOf, readNeeds } from './need-map.ts'
import type { Reading } from './reading.ts'

/** What a project's own file says beside its environments. */
const FACTS: readonly string[] = [
  'project',
  'projectName',
  'name',
  'environment',
  'environments',
  'version',
  'description',
  '$schema',
  'lastUpdated',
  'updatedAt',
]

/**
 * A project's `.codeb/ports.json`: `{ "project": "worb", "production": { "blue": 4100, "green": 4101 } }`, with the
 * environments below `environments` as well, or the ports right at the top for one environment.
 */
export function readProjectPorts(reading: Reading): void {
  const root = parseJson(reading.source.text, reading.faults)
  if (root === undefined) return
  if (root.kind !== 'map') {
    reading.faults.add(root.at, 'A list or a value. Expected an object of environments.')
    return
  }
  const project = reading.project(childOf(root, 'project') ?? childOf(root, 'projectName'), root.at)
  if (project === undefined) return
  for (const { environment, map } of environmentsOf(reading, root)) {
    readNeeds(reading, map, { project, environment, authority: 'written' })
  }
  if (reading.entries.length === 0) reading.remark(root.at, 'No ports stand in this file.')
}

interface EnvironmentMap {
  readonly environment: string
  readonly map: LocatedMap
}

function environmentsOf(reading: Reading, root: LocatedMap): readonly EnvironmentMap[] {
  const found: EnvironmentMap[] = []
  const top = entriesOf(root).filter(([key]) => !FACTS.includes(key))
  const named = top.filter(([key, { value }]) => value.kind === 'map' && !key.includes(':'))
  for (const [key, { keyAt, value }] of [...named, ...entriesOf(childOf(root, 'environments'))]) {
    const environment = reading.name(key, keyAt, 'environment')
    if (environment !== undefined && value.kind === 'map') found.push({ environment, map: value })
  }
  const rest = top.filter((entry) => !named.includes(entry))
  const said = childOf(root, 'environment')
  const environment = reading.name(textOf(said) ?? reading.environment, said?.at ?? root.at, 'environment')
  if (rest.length === 0 || environment === undefined) return found
  return [...found, { environment, map: { ...root, entries: new Map(rest) } }]
}

/** A new file of one project's claims. */
export function formatProjectPorts(project: string, claims: readonly FileClaim[]): string {
  return addProjectPorts(formatJson({ project, environments: {} }), claims)
}

/** The file with more claims in it, each where its environment stands already. */
export function addProjectPorts(text: string, claims: readonly FileClaim[]): string {
  const root = parseObject(text)
  const environments = { ...objectOf(root.environments) }
  const top: Record<string, unknown> = {}
  for (const [environment, own] of Map.groupBy(claims, (claim) => claim.environment)) {
    const isAtTop = environments[environment] === undefined && isEnvironment(root, environment)
    const place = isAtTop ? top : environments
    const before = isAtTop ? root[environment] : environments[environment]
    place[environment] = { ...objectOf(before), ...needMapOf(own) }
  }
  const below = Object.keys(environments).length > 0 || root.environments !== undefined ? { environments } : {}
  return formatJson({ ...root, ...top, ...below })
}

function isEnvironment(root: JsonObject, name: string): boolean {
  return !FACTS.includes(name) && Object.keys(objectOf(root[name])).length > 0
}
