import { stat } from 'node:fs/promises'
import { askSupervisor, notRunning, readRunState } from '@portolan/supervise'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { controlSocketOf } from '../control-socket.ts'
import {
  environmentOption,
  previewOption,
  type StackChoice,
  shiftOption,
  stackArgument,
  stackOrServiceMeant,
} from '../stack-argument.ts'
import { formatDuration } from '../terminal.ts'

interface RestartOptions extends StackChoice {
  readonly service: string
}

export function restartCommand(context: CliContext): Command {
  return new Command('restart')
    .description('stop and start one service; modules share a process, so they restart together')
    .addArgument(stackArgument())
    .requiredOption('-s, --service <name>', 'which one')
    .addOption(environmentOption())
    .addOption(shiftOption())
    .addOption(previewOption())
    .action(async (argument: string, { service, ...choice }: RestartOptions) => {
      const { folder, stack } = await stackOrServiceMeant(argument, choice)
      const beganAt = performance.now()
      const path = `/restart/${encodeURIComponent(service)}`
      const answer = await askSupervisor(
        await controlSocketOf(folder),
        { method: 'POST', path },
        { signal: context.stopped },
      )
      if (answer === undefined) throw notRunning(stack.name)
      context.stdout.write(`"${service}" is healthy again after ${formatDuration(performance.now() - beganAt)}.\n`)
      const began = (await readRunState(folder))?.startedAt
      if (began === undefined || (await stat(stack.file)).mtimeMs <= Date.parse(began)) return
      const words =
        'The stack file has changed since the stack was started: what it says now counts after "down" and "up".'
      context.stderr.write(`${words}\n`)
    })
}
