import { rm } from 'node:fs/promises'
import { errorCode } from '@portolan/errors'
import { type DataFolder, readRunState } from '@portolan/supervise'
import { Argument, Command, Option } from 'commander'
import { type CliContext, EXIT } from '../cli-context.ts'
import { givePortsBack, keepPorts, takePorts } from '../copies/copy-ports.ts'
import { PreviewClock } from '../copies/preview-clock.ts'
import { overduePreviews, previewMeant, previewName, previewToStart, refuseRunning } from '../copies/preview-copy.ts'
import { listPreviews, previewLines } from '../copies/preview-list.ts'
import { refuseFindings, runCopy } from '../copies/run-copy.ts'
import { stopCopy } from '../copies/stop-copy.ts'
import { startDetached } from '../detached.ts'
import { durationOption } from '../duration.ts'
import { environmentOption, isUp, type ReadStack, readStackFile, stackArgument } from '../stack-argument.ts'
import { jsonText } from '../terminal.ts'

const LONGEST_MS = 14 * 86_400_000
const USUAL_MS = 8 * 3_600_000
const RELEASE_MS = 15_000

interface UpOptions {
  readonly env?: string
  readonly for: number
  readonly detach?: boolean
}

/** Copies of a stack on leased ports, beside each other and the plain one. */
export function previewCommand(context: CliContext): Command {
  const command = new Command('preview')
  for (const part of [upCommand, downCommand, renewCommand, listCommand]) {
    command.addCommand(part(context).copyInheritedSettings(command))
  }
  return command
}

function nameArgument(): Argument {
  return new Argument('<preview>', 'what it is called, such as the branch that it shows').argParser(previewName)
}

function timeOption(): Option {
  const parse = durationOption('--for', { mostMs: LONGEST_MS })
  return new Option('--for <time>', 'how long it may run, such as 30m, 8h or 2d; then it ends by itself')
    .argParser(parse)
    .default(USUAL_MS, '8h')
}

function upCommand(context: CliContext): Command {
  return new Command('up')
    .description('start a copy of the stack on leased ports; it gives them back when it ends')
    .addArgument(nameArgument())
    .addArgument(stackArgument())
    .addOption(environmentOption().default(undefined, 'preview, where the stack has it; else its default'))
    .addOption(timeOption())
    .option('-d, --detach', 'leave it running in the background')
    .action(async (name: string, argument: string, options: UpOptions) => {
      const chosen = await previewToStart(name, { argument, env: options.env }, context.environment)
      await refuseRunning(chosen, name)
      await endForgotten(context, chosen)
      if (await refuseFindings(context, chosen)) return context.setExitCode(EXIT.failed)
      const { file, folder } = chosen
      if (options.detach === true) {
        const env = options.env === undefined ? [] : ['--env', options.env]
        const words = ['preview', 'up', name, file, ...env, '--for', `${Math.ceil(options.for / 1_000)}s`]
        return startDetached(context, { command: words, folder })
      }
      const until = new Date(Date.now() + options.for)
      using clock = new PreviewClock(folder, { name, until })
      try {
        const place = async () => {
          const placed = await takePorts(context, chosen, { until })
          clock.begin()
          return placed
        }
        await runCopy(context, chosen, { place, ended: clock.ended })
      } catch (error) {
        if (errorCode(error) !== 'SUPERVISE_ALREADY_RUNNING') await giveBackOwn(context, folder)
        throw error
      }
      await giveBackOwn(context, folder)
    })
}

/** Unless another command has started the preview meanwhile: then they are that one's ports. */
async function giveBackOwn(context: CliContext, folder: DataFolder): Promise<void> {
  const holder = (await readRunState(folder))?.supervisor
  const isAnothers = holder !== undefined && holder.pid !== process.pid && (await isUp(folder))
  if (!isAnothers) await giveBack(context, folder)
}

/** Killed before they could end by themselves: whoever starts the next one clears up. */
async function endForgotten(context: CliContext, read: ReadStack): Promise<void> {
  for (const overdue of await overduePreviews(read, new Date())) {
    await stopCopy(context, overdue)
    await giveBack(context, overdue.folder)
  }
}

/** Also after Ctrl-C, which ended the preview and not this. */
async function giveBack(context: CliContext, folder: DataFolder): Promise<boolean> {
  const signal = AbortSignal.any([context.hurried, AbortSignal.timeout(RELEASE_MS)])
  return givePortsBack(context, folder, { signal })
}

function downCommand(context: CliContext): Command {
  return new Command('down')
    .description('stop a preview and give its ports back; its data stays unless told otherwise')
    .addArgument(nameArgument())
    .addArgument(stackArgument())
    .option('--delete-data', 'delete what it has kept: databases, files, logs')
    .action(async (name: string, argument: string, options: { readonly deleteData?: boolean }) => {
      const chosen = await previewMeant(name, argument)
      const words = await stopCopy(context, chosen)
      context.stdout.write(`Preview "${name}" of stack "${chosen.stack.name}" ${words}\n`)
      const { folder } = chosen
      if (!(await giveBack(context, folder))) return context.setExitCode(EXIT.failed)
      if (options.deleteData === true) await rm(folder.root, { recursive: true, force: true, maxRetries: 5 })
    })
}

function renewCommand(context: CliContext): Command {
  return new Command('renew')
    .description('let a preview run on: its time begins anew')
    .addArgument(nameArgument())
    .addArgument(stackArgument())
    .addOption(timeOption())
    .action(async (name: string, argument: string, options: { readonly for: number }) => {
      const chosen = await previewMeant(name, argument)
      const until = new Date(Date.now() + options.for)
      await keepPorts(context, chosen, { until })
      context.stdout.write(`Preview "${name}" of stack "${chosen.stack.name}" runs until ${until.toISOString()}.\n`)
    })
}

function listCommand(context: CliContext): Command {
  return new Command('list')
    .description('show the previews of a stack: those in this folder, and those that the registry knows of')
    .addArgument(stackArgument())
    .option('--json', 'for machines')
    .action(async (argument: string, options: { readonly json?: boolean }) => {
      const read = await readStackFile(argument)
      const previews = await listPreviews(context, read)
      if (options.json === true) context.stdout.write(`${jsonText({ previews })}\n`)
      else for (const line of previewLines(context, read, previews)) context.stdout.write(`${line}\n`)
    })
}
