import type { DeclaredPort } from '@portolan/stack'
import { followLogs, type LogLine, MODULES_LOG, readLogs } from '@portolan/supervise'
import { Command, Option } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { parseDuration } from '../duration.ts'
import { usage } from '../errors.ts'
import { formatLogText } from '../log-text.ts'
import {
  type ChosenStack,
  environmentOption,
  previewOption,
  type StackChoice,
  shiftOption,
  stackArgument,
  stackOrServiceMeant,
} from '../stack-argument.ts'
import { coloursFor } from '../terminal.ts'

interface LogsOptions extends StackChoice {
  readonly service: readonly string[]
  readonly follow?: boolean
  readonly since?: string
  readonly lines?: string
  readonly json?: boolean
}

const DEFAULT_LINES = 200

export function logsCommand(context: CliContext): Command {
  return new Command('logs')
    .description('show what the services print, in the order of time')
    .addArgument(stackArgument())
    .addOption(servicesOption())
    .option('-f, --follow', 'go on as lines come')
    .option('--since <when>', 'only what is newer: "10m", "2h", "1d", or a time such as 2026-01-31T12:00')
    .option('-n, --lines <count>', 'only so many of the last lines')
    .option('--json', 'one JSON object a line')
    .addOption(environmentOption())
    .addOption(shiftOption())
    .addOption(previewOption())
    .action(async (argument: string, options: LogsOptions) => {
      const chosen = await stackOrServiceMeant(argument, options)
      await printLogs(context, chosen, { services: servicesMeant(chosen, options.service), options })
    })
}

function servicesOption(): Option {
  return new Option('-s, --service <name>', 'only this one; may be given several times')
    .default([], 'all of them')
    .argParser((name: string, before: readonly string[]) => [...before, name])
}

function servicesMeant({ resolved, stack }: ChosenStack<DeclaredPort>, named: readonly string[]): readonly string[] {
  const known = [
    ...resolved.services.map(({ name }) => name),
    ...(resolved.gateway === undefined ? [] : ['gateway']),
    MODULES_LOG,
  ]
  const unknown = named.find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw usage(`Stack "${stack.name}" has no service "${unknown}". It has ${known.join(', ')}.`)
  return named.length > 0 ? named : known
}

async function printLogs(
  context: CliContext,
  { folder }: ChosenStack<DeclaredPort>,
  { services, options }: { readonly services: readonly string[]; readonly options: LogsOptions },
): Promise<void> {
  const isAll = options.since !== undefined && options.lines === undefined
  const read = {
    services,
    ...(options.since === undefined ? {} : { since: parseSince(options.since, new Date()) }),
    ...(isAll ? {} : { lastCount: parseCount(options.lines) }),
  }
  const width = Math.max(...services.map((name) => name.length))
  const colours = coloursFor(context.stdout, context)
  const print = (line: LogLine) =>
    context.stdout.write(`${options.json === true ? JSON.stringify(line) : formatLogText(line, width, colours)}\n`)
  if (options.follow !== true) {
    for (const line of await readLogs(folder.logs, read)) print(line)
    return
  }
  for await (const line of followLogs(folder.logs, read, {
    signal: AbortSignal.any([context.stopped, context.unread]),
  }))
    print(line)
}

/** `90s`, `10m`, `2h`, `1d` before now, or a date and time. */
export function parseSince(text: string, now: Date): Date {
  const agoMs = parseDuration(text)
  if (agoMs !== undefined) return new Date(now.getTime() - agoMs)
  const time = new Date(text)
  if (Number.isNaN(time.getTime()))
    throw usage(`--since takes "10m", "2h", "1d" or a time such as 2026-01-31T12:00, not "${text}".`)
  return time
}

function parseCount(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LINES
  if (!/^\d{1,7}$/.test(text)) throw usage(`--lines takes a whole number, not "${text}".`)
  return Number(text)
}
