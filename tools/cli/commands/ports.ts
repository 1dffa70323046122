import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { groupCommand } from './operation-groups.ts'
import { exportCommand } from './ports-export.ts'
import { importCommand } from './ports-import.ts'

const HELP = `
Examples:
  portolan ports allocate worb production                  the lowest free pair of production.app, or what worb has
  portolan ports allocate worb production --kind db --shape single --explain
  portolan ports register worb production 4100-4101        exactly these
  portolan ports check 4100-4101 --host seoul-1            free, taken by whom, or unknown
  portolan ports history 4102                              who took it, when, and why
`

export function portsCommand(context: CliContext): Command {
  return groupCommand(context, {
    word: 'ports',
    noun: 'port',
    own: { port_import: importCommand, port_export: exportCommand },
    help: HELP,
  })
}
