import { Command } from 'commander'
import { type CliContext, EXIT } from '../cli-context.ts'
import { givePortsBack } from '../copies/copy-ports.ts'
import { stopCopy } from '../copies/stop-copy.ts'
import { environmentOption, type StackChoice, shiftOption, stackArgument, stackMeant } from '../stack-argument.ts'

interface DownOptions extends StackChoice {
  readonly release?: boolean
}

export function downCommand(context: CliContext): Command {
  return new Command('down')
    .description('stop the stack, and whatever a killed run of it left behind; its data stays')
    .addArgument(stackArgument())
    .addOption(environmentOption())
    .addOption(shiftOption())
    .option('--release', 'give the numbers of its "auto" ports back to the registry; the next start gets other ones')
    .action(async (argument: string, { release, ...choice }: DownOptions) => {
      // What is to be given back is the plain copy's, also when it is down and another one runs.
      const isNamed = choice.env !== undefined || choice.shift !== undefined
      const chosen = await stackMeant(argument, release === true && !isNamed ? { shift: 0 } : choice)
      const { stack, folder, resolved } = chosen
      const words = await stopCopy(context, chosen)
      const { preview } = resolved
      const name = preview === undefined ? `Stack "${stack.name}"` : `Preview "${preview}" of stack "${stack.name}"`
      context.stdout.write(`${name} ${words}\n`)
      // The ports of a preview are given back with it, whoever ends it.
      if (release !== true && preview === undefined) return
      const wasReleased = await givePortsBack(context, folder, { signal: context.stopped })
      if (!wasReleased) context.setExitCode(EXIT.failed)
    })
}
