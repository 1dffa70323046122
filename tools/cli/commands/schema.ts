import { stackFileSchema } from '@portolan/stack'
import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'

export function schemaCommand(context: CliContext): Command {
  return new Command('schema').description('print the JSON Schema of the stack file, for editors').action(() => {
    context.stdout.write(stackFileSchema())
  })
}
