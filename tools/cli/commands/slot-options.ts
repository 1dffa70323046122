import type { PairNaming, SlotChange } from '@portolan/deploy'
import { type Command, Option } from 'commander'
import { typist } from '../operations/operation-command.ts'
import { durationOf } from '../operations/operation-options.ts'

/** By what a pair is named, and what every change of its slots is told. */
export interface ChangeOptions {
  readonly kind?: string
  readonly purpose?: string
  readonly host?: string
  readonly token?: number
  readonly reason?: string
  readonly actor?: string
  readonly engine?: string
  readonly json?: boolean
}

/** The options of every command that changes slots and what runs in them. */
export function addChangeOptions(command: Command): Command {
  return command
    .argument('<project>', 'who holds the ports, such as worb')
    .argument('<environment>', 'such as production, staging, preview')
    .option('--kind <kind>', 'what the ports are for (default: app)')
    .option('--purpose <purpose>', 'tells apart what a project needs several times of one kind (default: main)')
    .option('--host <host>', 'the machine; needed only where there are several')
    .addOption(tokenOption())
    .option('--reason <reason>', 'why, for the history')
    .option('--actor <actor>', 'who asks, for the history; whoever types it unless said')
    .option('--engine <where>', 'the container engine: a socket, tcp://HOST:PORT or ssh://USER@HOST[/SOCKET]')
    .option('--json', "the operation's own answer, for machines")
}

function tokenOption(): Option {
  return new Option(
    '--token <number>',
    'the token as it was given: refused when somebody has taken over since',
  ).argParser(Number)
}

export function graceOption(): Option {
  return new Option(
    '--grace <time>',
    'how long the way back stays open, such as 10m, 1h, or 0 (default: 1h)',
  ).argParser((text) => durationOf('grace', text))
}

export function namingOf(project: string, environment: string, options: ChangeOptions): PairNaming {
  const { kind, purpose, host } = options
  return {
    project,
    environment,
    ...(kind === undefined ? {} : { kind }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(host === undefined ? {} : { host }),
  }
}

export function changeOf(project: string, environment: string, options: ChangeOptions): SlotChange {
  const { token, reason, actor = typist() } = options
  return {
    naming: namingOf(project, environment, options),
    actor,
    ...(token === undefined ? {} : { token }),
    ...(reason === undefined ? {} : { reason }),
  }
}
