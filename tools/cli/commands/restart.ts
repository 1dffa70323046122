import { askSupervisor, notRunning } from '@portolan/supervise'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { controlSocketOf } from '../control-socket.ts'
import { environmentOption, type StackChoice, shiftOption, stackMeant } from '../stack-argument.ts'
import { formatDuration } from '../terminal.ts'

interface RestartOptions extends StackChoice {
  readonly file: string
}

export function restartCommand(context: CliContext): Command {
  return new Command('restart')
    .description('stop and start one service; modules share a process, so they restart together')
    .argument('<service>', 'its name')
    .option('-f, --file <stack>', 'a stack file, or the folder it is in', '.')
    .addOption(environmentOption())
    .addOption(shiftOption())
    .action(async (service: string, { file, ...choice }: RestartOptions) => {
      const { folder, stack } = await stackMeant(file, choice)
      const beganAt = performance.now()
      const path = `/restart/${encodeURIComponent(service)}`
      const answer = await askSupervisor(
        await controlSocketOf(folder),
        { method: 'POST', path },
        { signal: context.stopped },
      )
      if (answer === undefined) throw notRunning(stack.name)
      context.stdout.write(`"${service}" is healthy again after ${formatDuration(performance.now() - beganAt)}.\n`)
    })
}
