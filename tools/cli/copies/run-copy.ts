import { checkStack, formatFindings } from '@portolan/check'
import type { DeclaredPort } from '@portolan/stack'
import { type Supervisor, startStack } from '@portolan/supervise'
import { addressLines } from '../address-lines.ts'
import { type CliContext, EXIT } from '../cli-context.ts'
import { findMissingFiles } from '../missing-files.ts'
import { Progress } from '../progress.ts'
import { followedRegistry } from '../registry/followed-registry.ts'
import type { ChosenStack } from '../stack-argument.ts'
import { coloursFor, formatDuration, visibleLines } from '../terminal.ts'

const STOP_GRACE_MS = 15_000

export interface CopyRun {
  /** Gives every port its number. */
  readonly place: () => Promise<ChosenStack>
  /** Ends it, and says why by its reason; a copy without one runs until it is told to stop. */
  readonly ended?: AbortSignal
}

/** Prints what makes the stack unfit to start. @returns whether there was anything */
export async function refuseFindings(context: CliContext, chosen: ChosenStack<DeclaredPort>): Promise<boolean> {
  const { file, text, resolved, stack } = chosen
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

/**
 * Starts a copy of the stack, says where it is, and stays until it is to stop.
 * @throws what keeps it from starting; then nothing of it runs
 */
export async function runCopy(
  context: CliContext,
  chosen: ChosenStack<DeclaredPort>,
  { place, ended }: CopyRun,
): Promise<void> {
  const beganAt = performance.now()
  const names = chosen.resolved.services.map(({ name }) => name)
  using progress = new Progress(context, [...names, 'gateway'])
  const say = (text: string) => {
    progress.say(text)
    context.announce?.({ type: 'line', text })
  }
  try {
    const placed = await place()
    const supervisor = await startStack(
      {
        stack: placed.resolved,
        stackFolder: placed.stackFolder,
        inherited: context.environment,
        programs: context.programs,
        gatewayEnvironment: await followedRegistry(context, placed.resolved),
        hurried: context.hurried,
        onChange: (change) => progress.show(change),
        onNote: (note) => say(visibleLines(note)),
      },
      { signal: context.stopped },
    )
    for (const line of addressLines(context, placed, performance.now() - beganAt)) say(line)
    context.announce?.({ type: 'ready' })
    await untilStopped(context, supervisor, { progress, ended })
  } catch (error) {
    if (!context.stopped.aborted) throw error
    progress.say(`Stopped while starting; nothing of stack "${chosen.stack.name}" runs.`)
    context.setExitCode(EXIT.interrupted)
  }
}

async function untilStopped(
  context: CliContext,
  supervisor: Supervisor,
  { progress, ended }: { readonly progress: Progress; readonly ended: AbortSignal | undefined },
): Promise<void> {
  const asked = AbortSignal.any([context.stopped, supervisor.stopRequested, ...(ended === undefined ? [] : [ended])])
  await new Promise<void>((resolve) => {
    if (asked.aborted) resolve()
    asked.addEventListener('abort', () => resolve(), { once: true })
  })
  const beganAt = performance.now()
  if (ended?.aborted === true) progress.say(String(ended.reason))
  progress.say('Stopping. Ctrl-C once more ends everything at once.')
  await supervisor.close({ signal: AbortSignal.any([context.hurried, AbortSignal.timeout(STOP_GRACE_MS)]) })
  progress.say(`Stopped in ${formatDuration(performance.now() - beganAt)}.`)
}
