import { Command } from 'commander'
import { type CliContext, EXIT } from '../cli-context.ts'
import { takePorts } from '../copies/copy-ports.ts'
import { refuseFindings, runCopy } from '../copies/run-copy.ts'
import { startDetached } from '../detached.ts'
import { environmentOption, type StackChoice, shiftOption, stackArgument, stackToStart } from '../stack-argument.ts'

interface UpOptions extends StackChoice {
  readonly detach?: boolean
}

export function upCommand(context: CliContext): Command {
  return new Command('up')
    .description('start the stack: check it, start its services in the order of their needs, route them')
    .addArgument(stackArgument())
    .addOption(environmentOption())
    .addOption(shiftOption())
    .option('-d, --detach', 'leave it running in the background')
    .action(async (argument: string, options: UpOptions) => {
      const chosen = await stackToStart(argument, options, context.environment)
      if (await refuseFindings(context, chosen)) return context.setExitCode(EXIT.failed)
      const { file, folder } = chosen
      if (options.detach === true) {
        return startDetached(context, { command: ['up', file, ...copyWords(options)], folder })
      }
      // The ports stay this copy's when it stops: `down --release` gives them back.
      return runCopy(context, chosen, { place: () => takePorts(context, chosen) })
    })
}

function copyWords({ env, shift }: StackChoice): readonly string[] {
  return [...(env === undefined ? [] : ['--env', env]), ...(shift === undefined ? [] : ['--shift', String(shift)])]
}
