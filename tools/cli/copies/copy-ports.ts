import { resolve } from 'node:path'
import { errorMessage, type Waiting } from '@portolan/errors'
import type { DeclaredPort } from '@portolan/stack'
import {
  type DataFolder,
  type HeldPorts,
  notRunning,
  prepareDataFolder,
  readHeldPorts,
  removeHeldPorts,
  writeHeldPorts,
} from '@portolan/supervise'
import type { CliContext } from '../cli-context.ts'
import { registryDoor } from '../registry/registry-door.ts'
import { openStartedRegistry } from '../registry/started-registry.ts'
import { type ChosenStack, isUp, numbersOf, withNumbers } from '../stack-argument.ts'
import { visibleLines } from '../terminal.ts'
import { allocatePorts, claimNaming, releasePorts, renewPorts } from './port-claims.ts'
import { autoWishes, previewWishes } from './port-wish.ts'

/** Between the end of a preview and that of its leases: it has to stop first. */
const STOPPING_MS = 60_000

/** How long a preview may run. */
export interface PreviewTime {
  readonly until: Date
}

/**
 * Asks the registry for the ports that a copy needs of it, and writes down what it was given. Nothing is asked for a
 * stack whose file says every number.
 * @throws what the registry, or the way to it, refuses with; then nothing is held that was not held before
 */
export async function takePorts(
  context: CliContext,
  chosen: ChosenStack<DeclaredPort>,
  time?: PreviewTime,
): Promise<ChosenStack> {
  const values = context.environment
  const wishes = time === undefined ? autoWishes(chosen.resolved) : previewWishes(chosen.resolved)
  if (wishes.length === 0 && time === undefined) return withNumbers(chosen, { values, ports: new Map() })
  const { folder, stackFolder, resolved: stack } = chosen
  const copy = { stack, stackFolder: resolve(stackFolder), mark: folder.mark }
  const lease = time === undefined ? {} : { leaseMs: time.until.getTime() - Date.now() + STOPPING_MS }
  await prepareDataFolder(folder)
  const before = await readHeldPorts(folder)
  await using registry = await openStartedRegistry(context, { signal: context.stopped })
  const ports = await allocatePorts(registry, { copy, wishes, ...lease }, { signal: context.stopped })
  const until = time === undefined ? {} : { until: time.until.toISOString() }
  await writeHeldPorts(folder, { environment: stack.environment, ...until, ports: [...ports] })
  // What the file asks for no longer.
  const kept = new Set(ports.map((port) => JSON.stringify(claimNaming(port))))
  const left = before?.ports.filter((port) => !kept.has(JSON.stringify(claimNaming(port)))) ?? []
  await releasePorts(registry, left, { signal: context.stopped })
  return withNumbers(chosen, { values, ports: numbersOf({ ports: [...ports] }) })
}

/** Lets a preview that runs have its ports until then, from where it reads its end. @throws SUPERVISE_NOT_RUNNING */
export async function keepPorts(
  context: CliContext,
  { folder, stack }: ChosenStack<DeclaredPort>,
  { until }: PreviewTime,
): Promise<void> {
  const held = (await isUp(folder)) ? await readHeldPorts(folder) : undefined
  if (held === undefined) throw notRunning(stack.name)
  const leaseMs = until.getTime() - Date.now() + STOPPING_MS
  const registry = await registryDoor(context)
  await renewPorts(registry, held.ports, { leaseMs, signal: context.stopped })
  await writeHeldPorts(folder, { ...held, until: until.toISOString() })
}

/**
 * Gives back what the registry holds for a copy that does not run any more.
 * @returns false when that did not work, which is said: `down` may be asked again, and a lease ends by itself
 */
export async function givePortsBack(context: CliContext, folder: DataFolder, { signal }: Waiting): Promise<boolean> {
  const held = await readHeldPorts(folder)
  if (held === undefined) return true
  try {
    await release(context, held, { signal })
    await removeHeldPorts(folder)
    return true
  } catch (error) {
    const reason = visibleLines(errorMessage(error))
    context.stderr.write(`The ports could not be given back: ${reason}\n`)
    return false
  }
}

async function release(context: CliContext, { ports }: HeldPorts, { signal }: Waiting): Promise<void> {
  if (ports.length === 0) return
  const registry = await registryDoor(context)
  await releasePorts(registry, ports, { signal })
}
