import { isOperationName, listOperations } from '@portolan/operations/remote'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { operationCommand } from '../operations/operation-command.ts'

/** What the operations of one noun are put together under, with the commands that are more than their operation. */
export interface OperationGroup {
  /** `ports` */
  readonly word: string
  /** `port`: the beginning of its operations' names. */
  readonly noun: string
  /** In place of the operation's own command, by the operation's name. */
  readonly own?: Readonly<Record<string, (context: CliContext) => Command>>
  readonly help?: string
}

const EXIT_HELP = `
Exit status: 0 done, 1 refused or failed, 2 what was given cannot be used.
The registry that is asked: PORTOLAN_REGISTRY and PORTOLAN_REGISTRY_KEY, else this machine's own ("registry up").`

/** A command for each operation of a noun. */
export function groupCommand(context: CliContext, { word, noun, own = {}, help = '' }: OperationGroup): Command {
  const group = new Command(word).addHelpText('after', `${help}${EXIT_HELP}`)
  for (const { name } of listOperations()) {
    if (!isOperationName(name) || !name.startsWith(`${noun}_`)) continue
    const command = own[name]?.(context) ?? operationCommand(context, name)
    group.addCommand(command.addHelpText('after', EXIT_HELP))
  }
  return group
}
