import type { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { groupCommand } from './operation-groups.ts'

export function hostsCommand(context: CliContext): Command {
  return groupCommand(context, { word: 'hosts', noun: 'host' })
}
