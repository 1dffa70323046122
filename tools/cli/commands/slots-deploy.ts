import { resolve } from 'node:path'
import {
  type CommandSettings,
  type ContainerSettings,
  commandRunner,
  containerRunner,
  type DeployProgress,
  type DeployResult,
  deploySlot,
  inheritedVariables,
  type Runner,
  readVariables,
} from '@portolan/deploy'
import { thisMachine } from '@portolan/operations/remote'
import { Command, Option } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { usage } from '../errors.ts'
import { typist } from '../operations/operation-command.ts'
import { collect, durationOf, labelOf } from '../operations/operation-options.ts'
import { type ChosenEngine, findEngine, slotHomes } from '../operations/slot-homes.ts'
import { withProblems } from '../operations/told-problem.ts'
import { registryDoor } from '../registry/registry-door.ts'
import { statePlace } from '../registry/registry-place.ts'
import { momentWords } from '../table-lines.ts'
import { coloursFor, formatDuration, visible, visibleLines } from '../terminal.ts'
import { addChangeOptions, type ChangeOptions, graceOption, namingOf } from './slot-options.ts'

interface DeployOptions extends ChangeOptions {
  readonly image?: string
  readonly containerPort?: number
  readonly volume?: readonly string[]
  readonly network?: string
  readonly limit?: readonly string[]
  readonly loopback?: boolean
  readonly set?: readonly string[]
  readonly setFile?: readonly string[]
  readonly folder?: string
  readonly health?: string
  readonly timeout?: number
  readonly grace?: number
  readonly endGrace?: boolean
  readonly promote?: boolean
  readonly here?: boolean
}

const HELP = `
Examples:
  portolan slots deploy worb production 1.4.0 --image registry.example.com/worb:1.4.0 --health /health
  portolan slots deploy worb staging 1.4.0 --health /health -- node server.js
  DB_PASSWORD=… portolan slots deploy worb staging 1.4.0 --set DB_PASSWORD -- node server.js

The program is told its port as PORT. A container is published to the half's port, on IPv4 and IPv6; a command listens on
it. What is active goes on until the new one is healthy, and for its grace after that. A deploy that fails, or is killed,
leaves the active half as it was; the next one takes away what is left. A command's output is in a file below
\${XDG_STATE_HOME:-~/.local/state}/portolan/slots.

Of your environment a command gets PATH, HOME, USER, LOGNAME, SHELL, LANG, LANGUAGE, LC_*, TZ and TMPDIR alone, and a container
nothing. The rest is given: --set NAME=value can be read by every user of this machine while the deploy runs, so give a
secret by --set NAME (its value is taken from your environment) or in a file by --set-file.`

export function deployCommand(context: CliContext): Command {
  const command = addChangeOptions(new Command('deploy'))
    .summary('run a version in the idle half, wait for its health, promote it')
    .description('Run a version in the idle half of a pair, wait until it is healthy, and promote it.')
    .argument('<version>', 'such as 1.4.0 or a commit')
    .argument('[command...]', 'after "--": the program to run, or what a container runs in place of its own')
    .option('--image <image>', 'run a container of it')
    .addOption(
      new Option('--container-port <number>', 'where it listens inside (default: what the image exposes)').argParser(
        Number,
      ),
    )
    .option('--volume <source:target>', 'for a container; may be given several times', collect)
    .option('--network <name>', 'for a container')
    .option('--limit <name=number>', 'for a container, such as nofile=1024; may be given several times', collect)
    .option('--loopback', 'publish a container on this machine alone, for a proxy beside it')
    .option(
      '--set <name[=value]>',
      'a variable for it; without a value that of your environment; may be given several times',
      collect,
    )
    .option('--set-file <path>', 'a file of such lines, for secrets; may be given several times', collect)
    .option('--folder <path>', 'where a command runs (default: here)')
    .option('--health <path>', 'the HTTP path that says whether it works (default: the port takes a connection)')
  return addWaitOptions(command)
    .addHelpText('after', HELP)
    .action((...given: readonly [string, string, string, readonly string[], DeployOptions]) => {
      const [project, environment, version, words, options] = given
      const asked = { project, environment, version, words }
      return withProblems(context, options.json === true, () => deploy(context, asked, options))
    })
}

function addWaitOptions(command: Command): Command {
  const timeout = new Option('--timeout <time>', 'how long it may take to be healthy (default: 60s)')
  return command
    .addOption(timeout.argParser((text) => durationOf('timeout', text)))
    .addOption(graceOption())
    .option('--end-grace', 'put it in place of what is still in its grace')
    .option('--no-promote', 'leave it deployed beside the active one, to be looked at')
    .option('--here', "the claim's host is this machine, whatever the registry knows of it")
}

interface Asked {
  readonly project: string
  readonly environment: string
  readonly version: string
  readonly words: readonly string[]
}

async function deploy(context: CliContext, asked: Asked, options: DeployOptions): Promise<void> {
  const { version } = asked
  const { token, reason, actor = typist(), health, timeout, grace, endGrace, promote, here } = options
  const engine = findEngine(context, options.engine)
  await using _ = engine ?? { [Symbol.asyncDispose]: () => Promise.resolve() }
  const variables = await variablesOf(context, options)
  const runner = runnerOf(context, asked, { options, engine, variables })
  const { door, isOwn } = await registryDoor(context)
  const result = await deploySlot(
    {
      ...namingOf(asked.project, asked.environment, options),
      version,
      actor,
      health: health === undefined ? { type: 'tcp' } : { type: 'http', path: health },
      ...(timeout === undefined ? {} : { healthTimes: { timeoutMs: timeout } }),
      ...(grace === undefined ? {} : { graceMs: grace }),
      ...(token === undefined ? {} : { token }),
      ...(reason === undefined ? {} : { reason }),
      ...(endGrace === undefined ? {} : { endGrace }),
      ...(promote === undefined ? {} : { promote }),
    },
    {
      door,
      runner,
      homes: slotHomes(context, engine, options.engine).slice(runner.kind === 'command' ? 1 : 0),
      onProgress: (progress) => context.stderr.write(`${progressLine(context, progress)}\n`),
      machine: thisMachine(context.environment.PORTOLAN_HOST, isOwn),
      ...(here === undefined ? {} : { isHere: here }),
    },
    { signal: context.stopped },
  )
  const lines = options.json === true ? [JSON.stringify({ success: true, ...result }, null, 2)] : resultLines(result)
  for (const line of lines) context.stdout.write(`${line}\n`)
}

interface Chosen {
  readonly options: DeployOptions
  readonly engine: ChosenEngine | undefined
  readonly variables: Readonly<Record<string, string>>
}

/** @throws DEPLOY_VARIABLE_INVALID */
function variablesOf({ environment, typing }: CliContext, { set = [], setFile = [] }: DeployOptions) {
  return readVariables({ set, setFiles: setFile.map((path) => resolve(typing.folder, path)) }, environment)
}

/** @throws CLI_USAGE */
function runnerOf(context: CliContext, { words }: Asked, { options, engine, variables }: Chosen): Runner {
  const { image, folder = context.typing.folder } = options
  if (image !== undefined) {
    if (engine === undefined) throw usage('There is no container engine here. Start one, or name it with --engine.')
    return containerRunner(containerOf(image, { words, environment: variables, options }), engine)
  }
  const [command, ...args] = words
  if (command === undefined) throw usage('What is to run? Give --image, or a command after "--".')
  if (options.engine !== undefined) throw usage('--engine is for containers: give --image as well.')
  const environment = { ...inheritedVariables(context.environment), ...variables }
  const settings: CommandSettings = { command, args, folder, environment }
  return commandRunner(settings, { stateFolder: statePlace(context).slotsFolder })
}

interface ContainerParts {
  readonly words: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly options: DeployOptions
}

function containerOf(image: string, { words, environment, options }: ContainerParts): ContainerSettings {
  const { containerPort, volume = [], network, limit = [], loopback = false } = options
  return {
    image,
    environment,
    volumes: volume,
    limits: Object.fromEntries(
      limit.map((text) => labelOf('limit', text)).map(([name, value]) => [name, Number(value)]),
    ),
    reach: loopback ? 'loopback' : 'all',
    ...(words.length === 0 ? {} : { args: words }),
    ...(containerPort === undefined ? {} : { containerPort }),
    ...(network === undefined ? {} : { network }),
  }
}

function progressLine(context: CliContext, progress: DeployProgress): string {
  const { green, red, dim, yellow } = coloursFor(context.stderr, context)
  switch (progress.type) {
    case 'chosen':
      return dim(`· ${progress.half} half, port ${progress.port}, token ${progress.token}`)
    case 'stopped':
      return dim(`· stopped the ${visible(progress.occupant.words)} of version ${visible(progress.occupant.version)}`)
    case 'started':
      return `${green('✓')} started ${visible(progress.occupant.words)}`
    case 'checked': {
      const after = dim(formatDuration(progress.afterMs))
      return progress.fault === undefined
        ? `${green('✓')} healthy  ${after}`
        : `${yellow('!')} not yet (${progress.attempt}): ${visibleLines(progress.fault)}  ${after}`
    }
    case 'promoted':
      return `${green('✓')} ${progress.half} is active with version ${visible(progress.version)}`
    case 'left':
      return `${red('✗')} something is left on the ${progress.half} half: ${visibleLines(progress.reason)}`
  }
}

function resultLines(result: DeployResult): readonly string[] {
  const { project, environment, version, half, port, token, isActive, previous } = result
  const first = visible(
    `${project} ${environment}: version ${version} is ${isActive ? 'active' : 'deployed'} on ${half}, port ${port}.`,
  )
  const back =
    previous === undefined
      ? []
      : [
          visible(
            `Version ${previous.version} goes on on ${previous.half} (${previous.port}), over ${momentWords(previous.graceUntil)}.`,
          ),
        ]
  return [first, ...back, `The token is ${token} now.`]
}
