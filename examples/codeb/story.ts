import path from 'node:path'
import type { Waiting } from '@portolan/errors'
import { entryInputs, fileClaimsOf, type OutputOf, RemoteDoor } from '@portolan/operations'
import { findCollisions, type PortFile, readPortFiles, writePortFile } from '@portolan/port-files'
import { readPortTree, writePortTree } from './port-tree.ts'
import { openStoryWorld, type StoryWorld, type StoryWorldOptions } from './story-world.ts'
import { deployUnderTraffic, type TrafficOutcome } from './traffic.ts'
import { missingPrograms, runActionStep, runAllocateStep } from './workflow-step.ts'

export interface StoryOptions extends Waiting {
  /** Takes each line that is told. */
  readonly say: (line: string) => void
  /** Where `bash`, `curl` and `jq` are looked for. */
  readonly PATH: string
  readonly openEngine?: StoryWorldOptions['openEngine']
}

/** What came of it, for whoever checks the story. */
export interface StoryOutcome {
  /** Ports that several wanted before. */
  readonly collidingBefore: readonly number[]
  /** `worb 4100-4101` and so on, of production's apps. */
  readonly ports: readonly string[]
  readonly collidingAfter: readonly number[]
  /** Differences between claims and servers at the end, but for notes. */
  readonly findingsAfter: readonly string[]
  /** The files that the export changed, with their text. */
  readonly written: readonly PortFile[]
  /** How many pairs two deployers were given at once, and how many different ones. */
  readonly allocated: { readonly answerCount: number; readonly pairCount: number }
  /** What the workflow's step gave; undefined where it could not run. */
  readonly stepOutputs: string | undefined
  /** What the action gave, as `name=value` lines. */
  readonly actionOutputs: string
  /** What clients of a gateway saw while versions were deployed, promoted and rolled back; told without containers. */
  readonly traffic: TrafficOutcome | undefined
}

/** CodeB's port document as it happened, on this machine: the collision, the move, and why it cannot come back. */
export async function tellStory({ say, PATH, signal, openEngine }: StoryOptions): Promise<StoryOutcome> {
  await using world = await openStoryWorld({ signal, openEngine })
  const chapter = chapters(say)
  const count = world.tables.reduce((sum, { ports }) => sum + ports.length, 0)
  say(openingLine(count, openEngine === undefined))
  chapter('Before: what the files say, and what runs')
  const files = await readPortTree(world.folder)
  const shown = await showPlan(world, files, { say, signal })
  chapter('The move: all of it or nothing')
  const applied = await applyPlan(world, shown, { say, signal })
  chapter('The files, written back')
  const written = await writeBack(world, files, { say, signal })
  chapter('w-homepage is deployed again, where it belongs')
  await redeploy(world, { signal })
  const findingsAfter = await compare(world, { say, signal })
  const collidingAfter = collisionsOf(await readPortTree(world.folder))
  say(`Ports that several want: ${collidingAfter.length === 0 ? 'none' : collidingAfter.join(', ')}`)
  chapter('Two deployers at once')
  const allocated = await deployTogether(world, { say, signal })
  chapter("The workflow, without a number in it: it asks, with the document's own curl and jq")
  const telling = { say, PATH, signal }
  const stepOutputs = await runWorkflow(world, telling)
  chapter('The same by the GitHub Action, which also hands on the token')
  const actionOutputs = await runAction(world, telling)
  if (openEngine === undefined) chapter('A gateway in front: versions come and go, and nobody who asks notices')
  // No container of the servers has a part in it.
  const traffic = openEngine === undefined ? await deployUnderTraffic(world, telling) : undefined
  return {
    collidingBefore: shown.answer.collisions.map(({ port }) => port),
    ports: applied,
    collidingAfter,
    findingsAfter,
    written,
    allocated,
    stepOutputs,
    actionOutputs,
    traffic,
  }
}

function openingLine(count: number, areStandIns: boolean): string {
  return areStandIns
    ? `!! NO CONTAINERS RUN HERE: ${count} sockets on loopback stand in for the containers of both servers.`
    : `${count} containers run, as they did on both servers.`
}

type Telling = Pick<StoryOptions, 'say' | 'signal'>

function chapters(say: StoryOptions['say']): (title: string) => void {
  let number = 0
  return (title) => {
    number += 1
    say(`\n== ${number}. ${title}`)
  }
}

interface Shown {
  readonly question: {
    readonly host: string
    readonly entries: ReturnType<typeof entryInputs>
    readonly reserved: number[]
  }
  readonly answer: OutputOf<'port_import'>
}

async function showPlan(world: StoryWorld, files: readonly PortFile[], { say, signal }: Telling): Promise<Shown> {
  for (const { host, address, ports } of world.tables) say(`${host} (${address}): ${ports.length} ports in use`)
  say(files.map(({ file }) => `  ${file}`).join('\n'))
  const { entries, reserved, remarks } = readPortFiles(files)
  for (const { file, line, message } of remarks) say(`  note: ${file}:${line}  ${message}`)
  const question = {
    host: 'app-server',
    entries: entryInputs(entries),
    reserved: reserved.map(({ port }) => port),
    rules: [...world.rules],
  }
  const answer = await world.door.call('port_import', question, { signal })
  for (const { port, wishers } of answer.collisions) say(`COLLISION on ${port}: ${wishers.join(', ')}`)
  say(`\n$ portolan ports import   (a plan; nothing is done yet)\n${answer.diff}`)
  return { question, answer }
}

async function applyPlan(world: StoryWorld, shown: Shown, { say, signal }: Telling): Promise<readonly string[]> {
  const { question, answer } = shown
  const applied = await world.door.call('port_import', { ...question, planHash: answer.hash }, { signal })
  const storage = await world.door.call(
    'port_sync',
    { host: 'storage-server', adopt: true, rules: [...world.rules] },
    { signal },
  )
  say(`${applied.claims.length} claims on app-server, ${storage.adopted.length} on storage-server`)
  const apps = applied.claims.filter(({ kind, environment }) => kind === 'app' && environment === 'production')
  const lines = apps.map(({ project, ports }) => `${project} ${ports}`).toSorted(inOrder)
  for (const line of lines) say(`  ${line}`)
  return lines
}

function inOrder(a: string, b: string): number {
  return a < b ? -1 : 1
}

async function writeBack(
  world: StoryWorld,
  files: readonly PortFile[],
  { say, signal }: Telling,
): Promise<readonly PortFile[]> {
  const exported = await world.door.call('port_export', { host: 'app-server' }, { signal })
  const claims = fileClaimsOf(exported.claims)
  const after = files.map((file) => ({ ...file, text: writePortFile(file, { claims, now: new Date() }).text }))
  const changed = after.filter(({ text }, index) => text !== files[index]?.text)
  await writePortTree(world.folder, changed)
  for (const { file } of changed) say(`  written: ${file}`)
  return changed
}

/** What a deployer does with the pair that it has been given; the labels say it to whoever looks. */
async function redeploy(world: StoryWorld, { signal }: Waiting): Promise<void> {
  const need = { project: 'w-homepage', environment: 'production', host: 'app-server' }
  const { claim, blue = 0, token } = await world.door.call('port_get', need, { signal })
  const engine = world.engineOf('app-server')
  const labels = { claim: claim.id, token, project: need.project, environment: need.environment, slot: 'blue' }
  const said = Object.entries(labels).map(([name, value]) => [`portolan.${name}`, String(value)])
  await engine.run({ port: blue, container: 'w-homepage-blue' }, Object.fromEntries(said))
  await engine.remove('w-homepage-docker')
}

async function compare(world: StoryWorld, { say, signal }: Telling): Promise<readonly string[]> {
  const found: string[] = []
  for (const { host } of world.tables) {
    const { findings } = await world.door.call('port_sync', { host, adopt: true, rules: [...world.rules] }, { signal })
    for (const { severity, code, ports, message } of findings) {
      say(`  ${severity}: ${message}`)
      if (severity !== 'note') found.push(`${host} ${ports} ${code}`)
    }
  }
  say(`Differences between claims and servers: ${found.length === 0 ? 'none' : found.length}`)
  return found
}

function collisionsOf(files: readonly PortFile[]): readonly number[] {
  return findCollisions(readPortFiles(files).entries).map(({ port }) => port)
}

const PROJECT_COUNT = 25

/** Each asks for the same projects in the same moment, over HTTP with a key of its own. */
async function deployTogether({ door, url }: StoryWorld, { say, signal }: Telling): Promise<StoryOutcome['allocated']> {
  const keys = await Promise.all(
    ['team-1', 'team-2'].map((name) =>
      door.call('key_create', { name, role: 'allocate', projects: ['*'] }, { signal }),
    ),
  )
  const deployers = keys.map(({ key }) => new RemoteDoor({ url, key }))
  const projects = Array.from({ length: PROJECT_COUNT }, (_, index) => `shop-${index + 1}`)
  const asked = deployers.flatMap((deployer) =>
    projects.map((project) =>
      deployer.call('port_allocate', { host: 'app-server', project, environment: 'production' }, { signal }),
    ),
  )
  const answers = await Promise.all(asked)
  const holders = new Map(answers.map(({ ports, claim }) => [ports, claim.project]))
  const isAgreed = answers.every(({ ports, claim }) => holders.get(ports) === claim.project)
  say(`${answers.length} answers, ${holders.size} pairs for ${projects.length} projects`)
  say(isAgreed ? 'No port was given to two projects.' : 'A PORT WAS GIVEN TWICE')
  return { answerCount: answers.length, pairCount: holders.size }
}

async function runWorkflow(world: StoryWorld, { say, PATH }: Pick<StoryOptions, 'say' | 'PATH' | 'signal'>) {
  const workflow = path.join(import.meta.dirname, 'after', 'deploy-curl.yml')
  const missing = await missingPrograms(PATH)
  if (missing.length > 0) {
    say(`!! NOT RUN: ${missing.join(', ')} is not installed here, which the workflow's step needs.`)
    return undefined
  }
  const outputs = await runAllocateStep({ workflow, url: world.url, key: world.adminKey, folder: world.folder, PATH })
  say(outputs.trim())
  return outputs
}

async function runAction(world: StoryWorld, { say, PATH }: Pick<StoryOptions, 'say' | 'PATH' | 'signal'>) {
  const workflow = path.join(import.meta.dirname, 'after', 'deploy-action.yml')
  const outputs = await runActionStep({ workflow, url: world.url, key: world.adminKey, folder: world.folder, PATH })
  say(outputs.trim())
  return outputs
}
