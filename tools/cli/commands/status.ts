import type { DeclaredPort } from '@portolan/stack'
import {
  askSupervisor,
  controlFailed,
  parseStackStatus,
  readRunState,
  type ServiceStatus,
  type StackStatus,
  type StateName,
} from '@portolan/supervise'
import { Command } from 'commander'
import { copyWords, gatewayUrl } from '../address-lines.ts'
import type { CliContext } from '../cli-context.ts'
import { EXIT } from '../cli-context.ts'
import { controlSocketOf } from '../control-socket.ts'
import {
  type ChosenStack,
  environmentOption,
  meantCopy,
  previewOption,
  type StackChoice,
  shiftOption,
  stackArgument,
  stackMeant,
} from '../stack-argument.ts'
import { alignColumns, type Colours, coloursFor, formatDuration, visible, visibleLines } from '../terminal.ts'
import { typedCommand } from '../typing.ts'

const ANSWER_MS = 5_000

export function statusCommand(context: CliContext): Command {
  return new Command('status')
    .description('say what runs, on which ports, since when; exit status 1 when not all of it is healthy')
    .addArgument(stackArgument())
    .addOption(environmentOption())
    .addOption(shiftOption())
    .addOption(previewOption())
    .option('--json', 'for machines')
    .action(async (argument: string, options: StackChoice & { readonly json?: boolean }) => {
      const chosen = await stackMeant(argument, options)
      const { status, isRunning } = await statusOf(chosen)
      if (options.json === true) context.stdout.write(`${JSON.stringify(status, null, 2)}\n`)
      else for (const line of statusLines(context, chosen, { status, isRunning })) context.stdout.write(`${line}\n`)
      const isWell = isRunning && status.services.every(({ state }) => state === 'healthy')
      if (!isWell) context.setExitCode(EXIT.failed)
    })
}

interface Known {
  readonly status: StackStatus
  readonly isRunning: boolean
}

async function statusOf({ folder, stack, resolved }: ChosenStack<DeclaredPort>): Promise<Known> {
  const signal = AbortSignal.timeout(ANSWER_MS)
  const answer = await askSupervisor(await controlSocketOf(folder), { method: 'GET', path: '/status' }, { signal })
  const state = await readRunState(folder)
  if (answer !== undefined) return { status: statusMeant(answer, { stack, resolved }), isRunning: true }
  const left = state?.status.services ?? []
  // What the last run wrote is history: nobody watches it any more.
  const services = left.map((service): ServiceStatus => ({ ...service, state: 'stopped', pid: null }))
  return { status: { stack: stack.name, environment: resolved.environment, services }, isRunning: false }
}

function statusMeant(
  answer: unknown,
  { stack, resolved }: Pick<ChosenStack<DeclaredPort>, 'stack' | 'resolved'>,
): StackStatus {
  const status = parseStackStatus(answer)
  if (status === undefined) throw controlFailed('what it answered is no status. Stop the stack and start it again.')
  if (status.stack === stack.name && status.environment === resolved.environment) return status
  const reason = `it runs "${status.stack}" (${status.environment}), not "${stack.name}" (${resolved.environment}). Stop it with "portolan down" and start it again.`
  throw controlFailed(reason)
}

function statusLines(
  context: CliContext,
  chosen: ChosenStack<DeclaredPort>,
  { status, isRunning }: Known,
): readonly string[] {
  const colours = coloursFor(context.stdout, context)
  const { bold, cyan, dim } = colours
  const name = `${bold(status.stack)} (${copyWords(chosen.resolved)})`
  if (!isRunning)
    return [`${name} is not running. Start it with "${typedCommand(context.typing, 'up', meantCopy(chosen))}".`]
  const door = gatewayUrl(chosen.resolved)
  const rows = status.services.map((service) => serviceRow(service, colours))
  const reasons = status.services.flatMap(({ name: service, reason }) =>
    reason === undefined ? [] : [`  ${visible(service)}: ${visibleLines(reason)}`],
  )
  const header = ['', 'service', 'state', 'port', 'pid', 'for', 'restarts'].map((word) => dim(word))
  return [
    `${name}${door === undefined ? '' : `  ${cyan(door)}`}`,
    '',
    ...alignColumns([header, ...rows]),
    ...(reasons.length > 0 ? ['', ...reasons] : []),
  ]
}

const SIGNS: Readonly<Record<StateName, string>> = {
  waiting: '·',
  starting: '…',
  healthy: '✓',
  unhealthy: '!',
  stopping: '…',
  stopped: '·',
  failed: '✗',
}

function serviceRow(service: ServiceStatus, { green, red, yellow, dim }: Colours): readonly string[] {
  const paint = {
    healthy: green,
    failed: red,
    unhealthy: yellow,
    waiting: dim,
    starting: dim,
    stopping: dim,
    stopped: dim,
  }[service.state]
  const ports = service.ports.map(({ port, transport }) => (transport === 'udp' ? `${port}/udp` : String(port)))
  return [
    paint(SIGNS[service.state]),
    visible(service.name),
    paint(service.state),
    [...new Set(ports)].join(' '),
    service.pid === null ? '' : String(service.pid),
    formatDuration(Date.now() - Date.parse(service.since)),
    service.restarts === 0 ? '' : String(service.restarts),
  ]
}
