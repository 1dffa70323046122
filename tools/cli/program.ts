import { Command } from 'commander'
import type { CliContext } from './cli-context.ts'
import { checkCommand } from './commands/check.ts'
import { downCommand } from './commands/down.ts'
import { initCommand } from './commands/init.ts'
import { logsCommand } from './commands/logs.ts'
import { openCommand } from './commands/open.ts'
import { restartCommand } from './commands/restart.ts'
import { schemaCommand } from './commands/schema.ts'
import { statusCommand } from './commands/status.ts'
import { upCommand } from './commands/up.ts'

/** The whole command line, one command a file. */
export function buildProgram(context: CliContext, version: string): Command {
  const program = new Command('portolan')
    .description('The port plane: every port of a stack declared once, checked, run and routed.')
    .version(version, '-V, --version')
    .option('--verbose', 'show where an error comes from')
    .showHelpAfterError('(portolan --help shows every command)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    })
  const commands = [
    initCommand,
    checkCommand,
    upCommand,
    statusCommand,
    logsCommand,
    restartCommand,
    openCommand,
    downCommand,
    schemaCommand,
  ]
  for (const command of commands) program.addCommand(command(context).copyInheritedSettings(program))
  return program
}
