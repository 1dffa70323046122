import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode, type Waiting } from '@portolan/errors'
import type { CliContext } from '../cli-context.ts'
import type { AskedRegistry } from '../copies/port-claims.ts'
import { registryStartFailed } from '../errors.ts'
import { unmarkedEnvironment } from '../unmarked-environment.ts'
import { openRegistryDoor } from './registry-door.ts'
import { isStartedElsewhere } from './start-own-registry.ts'

/** There was never one on this machine, or it does not run just now. */
const NOT_THERE: readonly (string | undefined)[] = ['CLI_REGISTRY_UNKNOWN', 'CLI_REGISTRY_DOWN']
const STARTING_MS = 60_000
const LOOK_MS = 200

/**
 * The registry, with this machine's own started in the background where that is the one to be asked and it does not run.
 * @throws CLI_REGISTRY_START_FAILED, and what a registry that the environment names refuses with
 */
export async function openStartedRegistry(
  context: CliContext,
  { signal }: Waiting,
): Promise<AskedRegistry & AsyncDisposable> {
  try {
    return await openRegistryDoor(context, { signal })
  } catch (error) {
    if (!NOT_THERE.includes(errorCode(error))) throw error
  }
  say(context, "Starting this machine's registry, which gives the ports their numbers.")
  const outcome = await startRegistry(context, { signal })
  if (outcome.isStarted) return openRegistryDoor(context, { signal })
  if (!isStartedElsewhere(outcome.said)) throw registryStartFailed(outcome.said)
  return untilAnswered(context, { signal: AbortSignal.any([signal, AbortSignal.timeout(STARTING_MS)]) })
}

function say({ stdout, announce }: CliContext, text: string): void {
  stdout.write(`${text}\n`)
  announce?.({ type: 'line', text })
}

interface StartOutcome {
  readonly isStarted: boolean
  readonly said: string
}

/** By the command that a person would type. */
async function startRegistry(context: CliContext, { signal }: Waiting): Promise<StartOutcome> {
  const [program = '', ...first] = context.self
  const child = spawn(program, [...first, 'registry', 'up'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: await unmarkedEnvironment(context),
    signal,
  })
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })
  const [exitCode, said] = await Promise.all([ended, text(child.stderr)])
  return { isStarted: exitCode === 0, said: said.trim() }
}

/** Another command is just starting it. */
async function untilAnswered(context: CliContext, { signal }: Waiting): Promise<AskedRegistry & AsyncDisposable> {
  for (;;) {
    try {
      return await openRegistryDoor(context, { signal })
    } catch (error) {
      if (!NOT_THERE.includes(errorCode(error)) || signal.aborted) throw error
    }
    await delay(LOOK_MS)
  }
}
