import { checkStack, formatFindings } from '@portolan/check'
import { type Supervisor, startStack } from '@portolan/supervise'
import { Command } from 'commander'
import { addressLines } from '../address-lines.ts'
import { type CliContext, EXIT } from '../cli-context.ts'
import { type DetachedOptions, startDetached } from '../detached.ts'
import { findMissingFiles } from '../missing-files.ts'
import { Progress } from '../progress.ts'
import {
  type ChosenStack,
  environmentOption,
  type StackChoice,
  shiftOption,
  stackArgument,
  stackToStart,
} from '../stack-argument.ts'
import { coloursFor, formatDuration, visibleLines } from '../terminal.ts'

const STOP_GRACE_MS = 15_000

interface UpOptions extends StackChoice {
  readonly detach?: boolean
}

export function upCommand(context: CliContext): Command {
  return new Command('up')
    .description('start the stack: check it, start its services in the order of their needs, route them')
    .addArgument(stackArgument())
    .addOption(environmentOption())
    .addOption(shiftOption())
    .option('-d, --detach', 'leave it running in the background')
    .action(async (argument: string, options: UpOptions) => {
      const chosen = await stackToStart(argument, options, context.environment)
      if (await refuseFindings(context, chosen)) return context.setExitCode(EXIT.failed)
      const detached: DetachedOptions = { file: chosen.file, choice: options, folder: chosen.folder }
      if (options.detach === true) return startDetached(context, detached)
      return run(context, chosen)
    })
}

/** Prints what makes the stack unfit to start. @returns whether there was anything */
async function refuseFindings(context: CliContext, { file, text, resolved, stack }: ChosenStack): Promise<boolean> {
  // Of the file, not of the resolved stack: there every secret from outside stands in plain text.
  const { environment, shift } = resolved
  const missingFiles = await findMissingFiles(stack, { environment })
  const findings = checkStack(stack, { environment, missingFiles, shift })
  const errors = findings.filter(({ severity, code }) => severity === 'error' || (shift !== 0 && isOfShift(code)))
  if (errors.length === 0) return false
  const color = coloursFor(context.stderr, context).isColorSupported
  context.stderr.write(
    `${formatFindings(errors, { format: 'text', sources: new Map([[file, text]]), color })}\nNothing of stack "${stack.name}" was started.\n`,
  )
  return true
}

/** What nobody has chosen who only wanted another copy: there are enough other shifts. */
function isOfShift(code: string): boolean {
  return code === 'BROWSER_REFUSED'
}

async function run(context: CliContext, chosen: ChosenStack): Promise<void> {
  const beganAt = performance.now()
  const names = chosen.resolved.services.map(({ name }) => name)
  using progress = new Progress(context, [...names, 'gateway'])
  const say = (text: string) => {
    progress.say(text)
    context.announce?.({ type: 'line', text })
  }
  try {
    const supervisor = await startStack(
      {
        stack: chosen.resolved,
        stackFolder: chosen.stackFolder,
        inherited: context.environment,
        programs: context.programs,
        hurried: context.hurried,
        onChange: (change) => progress.show(change),
        onNote: (note) => say(visibleLines(note)),
      },
      { signal: context.stopped },
    )
    for (const line of addressLines(context, chosen, performance.now() - beganAt)) say(line)
    context.announce?.({ type: 'ready' })
    await untilStopped(context, supervisor, progress)
  } catch (error) {
    if (!context.stopped.aborted) throw error
    progress.say(`Stopped while starting; nothing of stack "${chosen.stack.name}" runs.`)
    context.setExitCode(EXIT.interrupted)
  }
}

async function untilStopped(context: CliContext, supervisor: Supervisor, progress: Progress): Promise<void> {
  const asked = AbortSignal.any([context.stopped, supervisor.stopRequested])
  await new Promise<void>((resolve) => {
    if (asked.aborted) resolve()
    asked.addEventListener('abort', () => resolve(), { once: true })
  })
  const beganAt = performance.now()
  progress.say('Stopping. Ctrl-C once more ends everything at once.')
  await supervisor.close({ signal: AbortSignal.any([context.hurried, AbortSignal.timeout(STOP_GRACE_MS)]) })
  progress.say(`Stopped in ${formatDuration(performance.now() - beganAt)}.`)
}
