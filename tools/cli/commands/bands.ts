import { Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { usage } from '../errors.ts'
import { callOperation, tell, typist } from '../operations/operation-command.ts'
import { withProblems } from '../operations/told-problem.ts'
import { registryDoor } from '../registry/registry-door.ts'
import { groupCommand } from './operation-groups.ts'

interface DeclareOptions {
  readonly reason?: string
  readonly json?: boolean
}

export function bandsCommand(context: CliContext): Command {
  return groupCommand(context, {
    word: 'bands',
    noun: 'band',
    own: { band_declare: declareCommand },
  })
}

/** A list of bands is no option: they are its arguments. */
function declareCommand(context: CliContext): Command {
  return new Command('declare')
    .summary('these bands in place of all that there are')
    .description('These bands in place of all that there are; claims stay where they are.')
    .argument('<band...>', 'such as "production.app=4000-4499"')
    .option('--reason <reason>', 'why, for the history')
    .option('--json', "the operation's own answer, for machines")
    .action(async (texts: readonly string[], { reason, json = false }: DeclareOptions) => {
      await withProblems(context, json, async () => {
        const why = reason === undefined ? {} : { reason }
        const input = { bands: texts.map(bandOf), actor: typist(), ...why }
        const { door } = await registryDoor(context)
        const output = await callOperation(door, 'band_declare', { input, signal: context.stopped })
        tell(context, { name: 'band_declare', output, isJson: json })
      })
    })
}

function bandOf(text: string) {
  const [, environment, kind, ports] = /^([^.=]+)\.([^=]+)=(\d+(?:-\d+)?)$/.exec(text) ?? []
  if (environment === undefined || kind === undefined || ports === undefined)
    throw usage(`A band is given as "production.app=4000-4499", not as "${text}".`)
  return { environment, kind, ports }
}
