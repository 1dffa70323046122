import type { Spot } from './file-fault.ts'
import { LineIndex } from './line-index.ts'
import { childOf, entriesOf, type Located, textOf } from './located.ts'
import type { Part } from './port-entry.ts'
import type { Reading, ReadPlace } from './reading.ts'
import { parseYaml } from './yaml-text.ts'

/** A number under a name, somewhere in a workflow. */
interface Hit {
  readonly environment: string
  readonly purpose: string
  readonly place: ReadPlace
  /** As far as the file tells it is published where the workflow runs, such as a database for its tests. */
  readonly isRunnersOwn?: boolean
}

/** Where in the workflow: what is said of it, and whose environment it is. */
interface Scope {
  readonly label: string
  readonly environment: string
}

/**
 * The ports that stand in a GitHub workflow: `BLUE_PORT: 4100` in `env` of the workflow, a job or a step, in `with`, and
 * the same in the text of `run`, and `-p 4100:3000` where that is one of them or goes over SSH. What is computed (`${{ … }}`, `$BLUE_PORT`) is not hard-coded and left
 * alone. The project is the one whose repository it is, unless `PROJECT` or `PROJECT_NAME` says it; the environment is
 * the job's.
 */
export function readWorkflow(reading: Reading): void {
  const root = parseYaml(reading.source.text, reading.faults)
  if (root === undefined) return
  const jobs = childOf(root, 'jobs')
  if (jobs?.kind !== 'map') {
    reading.faults.add(jobs?.at ?? root.at, 'Expected "jobs", as a workflow has them.')
    return
  }
  const project = reading.project(findVariable(root, ['PROJECT', 'PROJECT_NAME']), root.at)
  const hits = [
    ...hitsOfEnv(reading, childOf(root, 'env'), { label: 'workflow', environment: rootEnvironment(reading, root) }),
  ]
  for (const [name, { value: job }] of jobs.entries) hits.push(...hitsOfJob(reading, root, { name, job }))
  if (project !== undefined) addHits(reading, project, hits)
}

interface Job {
  readonly name: string
  readonly job: Located
}

function* hitsOfJob(reading: Reading, root: Located, { name, job }: Job): Generator<Hit> {
  const environment = jobEnvironment(job) ?? rootEnvironment(reading, root)
  const scope = { label: `job ${name}`, environment }
  yield* hitsOfEnv(reading, childOf(job, 'env'), scope)
  yield* hitsOfEnv(reading, childOf(job, 'with'), scope)
  const steps = childOf(job, 'steps')
  for (const [index, step] of (steps?.kind === 'list' ? steps.items : []).entries()) {
    const label = `${scope.label}, step ${textOf(childOf(step, 'name')) ?? index + 1}`
    yield* hitsOfEnv(reading, childOf(step, 'env'), { ...scope, label })
    yield* hitsOfEnv(reading, childOf(step, 'with'), { ...scope, label })
    yield* hitsOfRun(reading, childOf(step, 'run'), { ...scope, label })
  }
}

function* hitsOfEnv(reading: Reading, env: Located | undefined, { label, environment }: Scope): Generator<Hit> {
  for (const [key, { value }] of entriesOf(env)) {
    const meaning = meaningOf(key)
    const text = textOf(value)
    if (meaning === undefined || text === undefined || !/^\d+$/.test(text)) continue
    const place = reading.port(value, meaning.part, `${key} (${label})`)
    if (place !== undefined) yield { environment, purpose: meaning.purpose, place }
  }
}

const ASSIGNMENT = /(?<![\w$])([A-Za-z][A-Za-z0-9_]*)=(["']?)(\d{1,5})\2(?![\w.])/g
const PUBLISH = /(?:-p|--publish)(?:=|\s+)["']?(?:\d+\.\d+\.\d+\.\d+:|\[[0-9a-f:]+\]:)?(\d{1,5}):\d{1,5}/g

function* hitsOfRun(reading: Reading, run: Located | undefined, { label, environment }: Scope): Generator<Hit> {
  if (run?.kind !== 'scalar') return
  const { start, end } = run.at
  const raw = reading.source.text.slice(start, end)
  const lines = new LineIndex(reading.source.text)
  const spotOf = (match: RegExpExecArray, digits: string): Spot => {
    const from = start + match.index + match[0].lastIndexOf(digits)
    return lines.spot(from, from + digits.length)
  }
  for (const match of raw.matchAll(ASSIGNMENT)) {
    const [, name = '', , digits = ''] = match
    const meaning = meaningOf(name)
    if (meaning === undefined) continue
    const place = placeOf(reading, {
      at: spotOf(match, digits),
      digits,
      part: meaning.part,
      says: `${name}= (${label})`,
    })
    if (place !== undefined) yield { environment, purpose: meaning.purpose, place }
  }
  for (const match of raw.matchAll(PUBLISH)) {
    const digits = match[1] ?? ''
    const from = start + match.index + match[0].lastIndexOf(`${digits}:`)
    const at = lines.spot(from, from + digits.length)
    const place = placeOf(reading, { at, digits, part: 'port', says: `--publish (${label})` })
    if (place !== undefined) yield { environment, purpose: 'main', place, isRunnersOwn: !/\bssh\b/.test(raw) }
  }
}

interface Written {
  readonly at: Spot
  readonly digits: string
  readonly part: Part
  readonly says: string
}

function placeOf(reading: Reading, { at, digits, part, says }: Written): ReadPlace | undefined {
  const port = Number(digits)
  if (port >= 1 && port <= 65_535) return reading.place(at, { part, ports: { first: port, last: port }, says })
  reading.faults.add(at, `"${digits}" is no port. Expected a whole number from 1 to 65535.`)
  return undefined
}

interface Meaning {
  readonly part: Part
  readonly purpose: string
}

const HALF_NAME = /^(?:(.+?)[_-])?(?:(BLUE|GREEN)[_-]PORT|PORT[_-](BLUE|GREEN))$/
// Not `PORT`: that is what a program listens on inside of its container, and in most tests.
const OWN_NAMES: readonly string[] = ['APP_PORT', 'HOST_PORT', 'DEPLOY_PORT', 'PUBLIC_PORT']

/** `BLUE_PORT`, `API_GREEN_PORT`, `HOST_PORT`; undefined for the ports of others, such as `DB_PORT`. */
function meaningOf(name: string): Meaning | undefined {
  const upper = name.toUpperCase()
  if (OWN_NAMES.includes(upper)) return { part: 'port', purpose: 'main' }
  const match = HALF_NAME.exec(upper)
  if (match === null) return undefined
  const prefix = match[1]?.toLowerCase().replaceAll('_', '-')
  const purpose = prefix === undefined || prefix === 'app' ? 'main' : prefix
  return { part: (match[2] ?? match[3]) === 'BLUE' ? 'blue' : 'green', purpose }
}

/** What belongs to one need stands in several places; a single port that is one of a pair's is that half. */
function addHits(reading: Reading, project: string, hits: readonly Hit[]): void {
  for (const own of Map.groupBy(hits, ({ environment, purpose }) => `${environment} ${purpose}`).values()) {
    const [first] = own
    if (first === undefined) continue
    const { environment, purpose } = first
    const need = { project, environment, kind: 'app', purpose, transport: 'tcp', authority: 'written' } as const
    const halves = own.map(({ place }) => place).filter(({ part }) => part !== 'port')
    const halfOf = ({ ports }: ReadPlace) => halves.find((half) => half.ports.first === ports.first)?.part
    const singles = own
      .filter(
        ({ place, isRunnersOwn }) => place.part === 'port' && (isRunnersOwn !== true || halfOf(place) !== undefined),
      )
      .map(({ place }) => place)
    const named = singles.map((place) => ({ ...place, part: halfOf(place) ?? place.part }))
    const places = [...halves, ...named.filter(({ part }) => part !== 'port')]
    if (halves.length > 0) reading.add({ ...need, shape: 'pair', places })
    const rest = Map.groupBy(
      named.filter(({ part }) => part === 'port'),
      ({ ports }) => ports.first,
    )
    for (const [port, lone] of rest) {
      const isOnly = halves.length === 0 && rest.size === 1
      reading.add({ ...need, purpose: isOnly ? purpose : `port-${port}`, shape: 'single', places: lone })
    }
  }
}

function jobEnvironment(job: Located): string | undefined {
  const node = childOf(job, 'environment')
  const text = textOf(node) ?? textOf(childOf(node, 'name')) ?? textOf(findVariable(job, ['ENVIRONMENT']))
  return text !== undefined && /^[a-z0-9][a-z0-9._-]*$/.test(text) ? text : undefined
}

function rootEnvironment(reading: Reading, root: Located): string {
  const text = textOf(findVariable(root, ['ENVIRONMENT']))
  return text !== undefined && /^[a-z0-9][a-z0-9._-]*$/.test(text) ? text : reading.environment
}

function findVariable(node: Located, names: readonly string[]): Located | undefined {
  const env = childOf(node, 'env')
  const found = names.map((name) => childOf(env, name)).find((value) => value !== undefined)
  // What is computed when the workflow runs says nothing here.
  return textOf(found)?.includes('${{') === true ? undefined : found
}
