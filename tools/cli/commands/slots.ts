import { type ChangeSurroundings, clearSlot, expireSlots, retireSlot, rollBackSlot } from '@portolan/deploy'
import type { OutputOf } from '@portolan/operations'
import { Argument, Command } from 'commander'
import type { CliContext } from '../cli-context.ts'
import { tell } from '../operations/operation-command.ts'
import { findEngine, slotHomes } from '../operations/slot-homes.ts'
import { withProblems } from '../operations/told-problem.ts'
import { registryDoor } from '../registry/registry-door.ts'
import { visible } from '../terminal.ts'
import { groupCommand } from './operation-groups.ts'
import { addChangeOptions, type ChangeOptions, changeOf, graceOption } from './slot-options.ts'
import { deployCommand } from './slots-deploy.ts'

const HELP = `
Examples:
  portolan slots deploy worb production 1.4.0 --image registry.example.com/worb:1.4.0 --health /health
  portolan slots rollback worb production                  back to what is in grace
  portolan slots expire worb production                    stop what has outlived its grace
`

export function slotsCommand(context: CliContext): Command {
  return groupCommand(context, {
    word: 'slots',
    noun: 'slot',
    own: {
      slot_deploy: deployCommand,
      slot_rollback: rollbackCommand,
      slot_retire: retireCommand,
      slot_expire: expireCommand,
      slot_clear: clearCommand,
    },
    help: HELP,
  })
}

interface RollbackOptions extends ChangeOptions {
  readonly grace?: number
  readonly health?: string
  readonly evenIfUnhealthy?: boolean
}

function rollbackCommand(context: CliContext): Command {
  return addChangeOptions(new Command('rollback'))
    .summary('make what is in grace active again')
    .description('Make what is in grace active again, if it still works; what is active goes into grace.')
    .addOption(graceOption())
    .option('--health <path>', 'the HTTP path that says whether it works (default: the port takes a connection)')
    .option('--even-if-unhealthy', 'also when it does not answer')
    .action((project: string, environment: string, options: RollbackOptions) => {
      const { health, evenIfUnhealthy = false } = options
      const check = health === undefined ? ({ type: 'tcp' } as const) : ({ type: 'http', path: health } as const)
      return change(context, { name: 'slot_rollback', options }, (surroundings, waiting) => {
        const asked = changeOf(project, environment, options)
        const addresses = surroundings.hostAddress === undefined ? {} : { addresses: [surroundings.hostAddress] }
        const request = { ...asked, ...graceOf(options), ...addresses, health: check, evenIfUnhealthy }
        return rollBackSlot(request, surroundings, waiting)
      })
    })
}

function retireCommand(context: CliContext): Command {
  return addChangeOptions(new Command('retire'))
    .summary('send what is active into its grace, with nothing in its place')
    .description(
      'Send what is active into its grace, with nothing in its place. It goes on until that is over; with --grace 0 it is stopped.',
    )
    .addOption(graceOption())
    .action((project: string, environment: string, options: RollbackOptions) =>
      change(context, { name: 'slot_retire', options }, (surroundings, waiting) => {
        const request = { ...changeOf(project, environment, options), ...graceOf(options) }
        return retireSlot(request, surroundings, waiting)
      }),
    )
}

function expireCommand(context: CliContext): Command {
  return addChangeOptions(new Command('expire'))
    .summary('empty each half whose grace is over, and stop what stands there')
    .description('Empty each half whose grace is over, and stop what stands on the empty halves. Nothing else changes.')
    .action((project: string, environment: string, options: ChangeOptions) =>
      change(context, { name: 'slot_expire', options }, (surroundings, waiting) =>
        expireSlots(changeOf(project, environment, options), surroundings, waiting),
      ),
    )
}

function clearCommand(context: CliContext): Command {
  return addChangeOptions(new Command('clear'))
    .summary('empty a half that is not active, and stop what stands there')
    .description('Empty a half that is not active, and stop what stands there.')
    .addArgument(new Argument('<half>', 'blue is the even port, green the odd one').choices(['blue', 'green']))
    .action((...given: readonly [string, string, 'blue' | 'green', ChangeOptions]) => {
      const [project, environment, half, options] = given
      return change(context, { name: 'slot_clear', options }, (surroundings, waiting) =>
        clearSlot({ ...changeOf(project, environment, options), half }, surroundings, waiting),
      )
    })
}

function graceOf({ grace }: RollbackOptions) {
  return grace === undefined ? {} : { graceMs: grace }
}

interface Changing {
  readonly name: string
  readonly options: ChangeOptions
}

type Work = (
  surroundings: ChangeSurroundings & { readonly hostAddress: string | undefined },
  waiting: { readonly signal: AbortSignal },
) => Promise<OutputOf<'slot_expire'>>

function change(context: CliContext, { name, options }: Changing, work: Work): Promise<void> {
  const { json = false } = options
  return withProblems(context, json, async () => {
    const engine = findEngine(context, options.engine)
    await using _ = engine ?? { [Symbol.asyncDispose]: () => Promise.resolve() }
    const { door } = await registryDoor(context)
    const onProgress: NonNullable<ChangeSurroundings['onProgress']> = (progress) => {
      if (progress.type !== 'stopped') return
      const { words, version } = progress.occupant
      context.stderr.write(`Stopped the ${visible(words)} of version ${visible(version)}.\n`)
    }
    const homes = slotHomes(context, engine, options.engine)
    const output = await work(
      { door, homes, onProgress, hostAddress: engine?.hostAddress },
      { signal: context.stopped },
    )
    tell(context, { name, output, isJson: json })
  })
}
