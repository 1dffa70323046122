import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Command } from 'commander'
import { gatewayUrl } from '../address-lines.ts'
import type { CliContext } from '../cli-context.ts'
import { usage } from '../errors.ts'
import {
  environmentOption,
  previewOption,
  type StackChoice,
  shiftOption,
  stackArgument,
  stackMeant,
} from '../stack-argument.ts'

export function openCommand(context: CliContext): Command {
  return new Command('open')
    .description('open the stack’s page in the browser')
    .addArgument(stackArgument())
    .addOption(environmentOption())
    .addOption(shiftOption())
    .addOption(previewOption())
    .action(async (argument: string, choice: StackChoice) => {
      const { resolved, stack } = await stackMeant(argument, choice)
      const url = gatewayUrl(resolved)
      if (url === undefined)
        throw usage(`Stack "${stack.name}" has no gateway with an HTTP port, so there is no page to open.`)
      context.stdout.write(`${url}\n`)
      await openBrowser(url, context)
    })
}

/** The address stands above in any case: a machine without a browser is no failure. */
async function openBrowser(url: string, { stderr }: CliContext): Promise<void> {
  const program = process.platform === 'darwin' ? 'open' : process.platform === 'win32' ? 'explorer.exe' : 'xdg-open'
  const child = spawn(program, [url], { stdio: 'ignore', detached: true })
  try {
    await once(child, 'spawn')
    child.unref()
  } catch {
    // ENOENT: there is no such program.
    stderr.write(`No browser could be started ("${program}" is not there); open the address yourself.\n`)
  }
}
