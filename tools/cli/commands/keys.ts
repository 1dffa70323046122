import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { groupCommand } from './operation-groups.ts'

const HELP = `
Examples:
  portolan keys create worb-ci --role allocate --project worb --expires-in 90d
  portolan keys revoke 0123456789abcdef
`

export function keysCommand(context: CliContext): Command {
  return groupCommand(context, {
    word: 'keys',
    noun: 'key',
    help: HELP,
  })
}
