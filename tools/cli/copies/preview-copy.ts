import { dirname } from 'node:path'
import { type DeclaredPort, environmentNames, resolveStack } from '@portolan/stack'
import { dataFolderOf, readHeldPorts, readRunState } from '@portolan/supervise'
import { previewMissing, previewRunning, usage } from '../errors.ts'
import { type ChosenStack, isUp, listCopies, type ReadStack, readStackFile, stackMeant } from '../stack-argument.ts'
import { PREVIEW_ENVIRONMENT } from './claim-terms.ts'
import { isThere } from './stop-copy.ts'

const NAME = /^[a-z][a-z0-9-]{0,29}$/

/** As an argument says it. @throws CLI_USAGE */
export function previewName(text: string): string {
  if (NAME.test(text)) return text
  throw usage(
    `A preview is called by small letters, digits and hyphens, beginning with a letter, 30 at most, not "${text}".`,
  )
}

/**
 * A stack as a preview of it is to be started: in the environment that is named, else in its own `preview`, if it has
 * one, else in its default one.
 * @throws STACK_INVALID; CLI_USAGE for a name that an environment of the stack has taken
 */
export async function previewToStart(
  name: string,
  { argument, env }: { readonly argument: string; readonly env: string | undefined },
  values: Readonly<Record<string, string | undefined>>,
): Promise<ChosenStack<DeclaredPort>> {
  const read = await readStackFile(argument)
  const names = environmentNames(read.stack)
  if (names.includes(`preview-${name}`))
    throw usage(
      `Stack "${read.stack.name}" has an environment "preview-${name}", whose folder that would be. Take another name.`,
    )
  const own = names.includes(PREVIEW_ENVIRONMENT) ? PREVIEW_ENVIRONMENT : read.stack.defaultEnvironment
  const environment = env ?? own
  const resolved = resolveStack(read.stack, { environment, preview: name, values, leaveOpen: true })
  const stackFolder = dirname(read.file)
  return { ...read, resolved, stackFolder, folder: dataFolderOf(stackFolder, resolved) }
}

/** @throws CLI_PREVIEW_RUNNING */
export async function refuseRunning({ folder }: ChosenStack<DeclaredPort>, name: string): Promise<void> {
  if (!(await isUp(folder))) return
  const state = await readRunState(folder)
  if (state?.supervisor !== undefined) throw previewRunning(name, { pid: state.supervisor.pid, since: state.startedAt })
}

/** A preview that was started in this folder, and may have ended since. @throws CLI_PREVIEW_MISSING */
export async function previewMeant(name: string, argument: string): Promise<ChosenStack<DeclaredPort>> {
  const chosen = await stackMeant(argument, { preview: name })
  if (await isThere(chosen.folder.root)) return chosen
  const copies = await listCopies(chosen)
  throw previewMissing(
    chosen.stack.name,
    name,
    copies.flatMap(({ preview }) => preview ?? []),
  )
}

/** Previews of this folder whose time is over, and whose supervisor is not there to end them. */
export async function overduePreviews(read: ReadStack, now: Date): Promise<readonly ChosenStack<DeclaredPort>[]> {
  const overdue: ChosenStack<DeclaredPort>[] = []
  for (const { preview } of await listCopies(read)) {
    if (preview === undefined) continue
    const chosen = await stackMeant(read.file, { preview })
    const until = (await readHeldPorts(chosen.folder))?.until
    if (until !== undefined && Date.parse(until) < now.getTime() && !(await isUp(chosen.folder))) overdue.push(chosen)
  }
  return overdue
}
