import { AppError, isAppError } from '@portolan/errors'
import { Command } from 'commander'
import type { CliContext } from './cli-context.ts'
import { groupCommands } from './command-groups.ts'
import { checkCommand } from './commands/check.ts'
import { downCommand } from './commands/down.ts'
import { initCommand } from './commands/init.ts'
import { logsCommand } from './commands/logs.ts'
import { openCommand } from './commands/open.ts'
import { restartCommand } from './commands/restart.ts'
import { schemaCommand } from './commands/schema.ts'
import { statusCommand } from './commands/status.ts'
import { upCommand } from './commands/up.ts'
import { meantBy } from './stack-argument.ts'
import { type StackMeant, withTypedCommands } from './typing.ts'

/**
 * Does what the arguments say. What is thrown names the commands that help as they can be typed: called as this one was,
 * about the same stack.
 */
export async function runCommandLine(context: CliContext, version: string, argv: readonly string[]): Promise<void> {
  let meant: StackMeant = {}
  const program = (await buildProgram(context, version, argv)).hook('preAction', (_, command) => {
    meant = meantBy(command)
  })
  try {
    await program.parseAsync([...argv])
  } catch (error) {
    if (!isAppError(error)) throw error
    const { code, status, cause, details } = error
    const typed = new AppError(code, withTypedCommands(error.message, context.typing, meant), {
      status,
      cause,
      details,
    })
    throw Object.assign(typed, { stack: error.stack })
  }
}

/** The whole command line, one command a file. @param argv of the process: the groups that it calls are there whole */
async function buildProgram(context: CliContext, version: string, argv: readonly string[]): Promise<Command> {
  const { program: name } = context.typing
  const program = new Command(name)
    .description('The port plane: every port of a stack declared once, checked, run and routed.')
    .version(version, '-V, --version')
    .option('--verbose', 'show where an error comes from')
    .showHelpAfterError(`(${name} --help shows every command)`)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    })
  const before = [
    initCommand,
    checkCommand,
    upCommand,
    statusCommand,
    logsCommand,
    restartCommand,
    openCommand,
    downCommand,
  ]
  const commands = [
    ...before.map((command) => command(context)),
    ...(await groupCommands(context, argv)),
    schemaCommand(context),
  ]
  for (const command of commands) program.addCommand(inheriting(program, command))
  return program
}

/** A command, and the commands below it, with the settings of the one above. */
function inheriting(parent: Command, command: Command): Command {
  command.copyInheritedSettings(parent)
  for (const part of command.commands) inheriting(command, part)
  return command
}
