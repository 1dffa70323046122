import { constants } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode, errorMessage, isAppError } from '@portolan/errors'
import { isRunning } from '@portolan/observe'
import { parseStack, type ResolvedStack, resolveStack, type Stack } from '@portolan/stack'
import { type DataFolder, dataFolderOf, readRunState } from '@portolan/supervise'
import { Argument, type Command, Option } from 'commander'
import { stackFileMissing, stackFileUnreadable, usage } from './errors.ts'
import type { StackMeant } from './typing.ts'

/** What says which stack, and which copy of it, a command is about. */
export interface StackChoice {
  readonly env?: string
  readonly shift?: number
}

export interface ChosenStack extends ReadStack {
  readonly resolved: ResolvedStack
  readonly stackFolder: string
  readonly folder: DataFolder
}

const MOST_BYTES = 1_000_000
/** A network folder may be gone. */
const READ_MS = 10_000

export const STACK_FILE_NAME = 'portolan.yaml'

/** Every command that is about one stack takes it as its first argument. */
export function stackArgument(): Argument {
  return new Argument('[stack]', 'a stack file, or the folder it is in').default('.')
}

/** What a command was told of the stack that it is about. */
export function meantBy(command: Command): StackMeant {
  const { env, shift } = command.opts<StackChoice>()
  const first: unknown = command.registeredArguments[0]?.name() === 'stack' ? command.processedArgs[0] : undefined
  return { stack: typeof first === 'string' ? first : undefined, env, shift }
}

/** The copy of a stack that a command has chosen, for the commands that come next. */
export function meantCopy({ file, stack, resolved }: ChosenStack): StackMeant {
  const { environment, shift } = resolved
  return { stack: file, env: environment === stack.defaultEnvironment ? undefined : environment, shift }
}

export function environmentOption(): Option {
  return new Option('-e, --env <name>', 'the environment; the stack file’s default unless given')
}

export function shiftOption(): Option {
  const option = new Option('--shift <number>', 'move every port of the stack, so that copies run side by side')
  return option.argParser((text) => {
    if (!/^-?\d{1,5}$/.test(text)) throw usage(`--shift takes a whole number, such as 100, not "${text}".`)
    return Number(text)
  })
}

/** A folder stands for the stack file in it. @throws CLI_STACK_FILE_MISSING */
export async function stackFileOf(argument: string): Promise<string> {
  try {
    const file = (await stat(argument)).isDirectory() ? join(argument, STACK_FILE_NAME) : argument
    await stat(file)
    return file
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') throw stackFileMissing(argument, error)
    throw stackFileUnreadable(argument, errorMessage(error), error)
  }
}

/** A stack file and what it says. */
export interface ReadStack {
  readonly file: string
  readonly text: string
  readonly stack: Stack
}

export async function readStackFile(argument: string): Promise<ReadStack> {
  const { file, text } = await readStackText(argument)
  return { file, text, stack: parseStack(text, file) }
}

/** @throws CLI_STACK_FILE_MISSING, CLI_STACK_FILE_UNREADABLE */
export async function readStackText(argument: string): Promise<{ readonly file: string; readonly text: string }> {
  const file = await stackFileOf(argument)
  try {
    // A named pipe would wait for its other end, and hold up every signal meanwhile.
    await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
    const found = await handle.stat()
    if (!found.isFile()) throw stackFileUnreadable(argument, 'it is not a regular file')
    if (found.size > MOST_BYTES) throw stackFileUnreadable(argument, 'it has more than 1 MB, as no stack file does')
    return { file, text: await handle.readFile({ encoding: 'utf8', signal: AbortSignal.timeout(READ_MS) }) }
  } catch (error) {
    if (isAppError(error)) throw error
    throw stackFileUnreadable(argument, errorMessage(error), error)
  }
}

/** The stack as it is to be started. @throws STACK_INVALID, also for missing values */
export async function stackToStart(
  argument: string,
  choice: StackChoice,
  values: Readonly<Record<string, string | undefined>>,
): Promise<ChosenStack> {
  const read = await readStackFile(argument)
  const resolved = resolveStack(read.stack, { ...environmentOf(choice), values, shift: choice.shift ?? 0 })
  return chosen(read, resolved)
}

/**
 * The copy of the stack that a command means: the one that is named, else the default one, else the only one that runs.
 * Values from outside are not needed for that.
 */
export async function stackMeant(argument: string, choice: StackChoice): Promise<ChosenStack> {
  const read = await readStackFile(argument)
  const resolve = (copy: StackChoice) =>
    chosen(read, resolveStack(read.stack, { ...environmentOf(copy), values: 'unset', shift: copy.shift ?? 0 }))
  const plain = resolve(choice)
  const isNamed = choice.env !== undefined || choice.shift !== undefined
  if (isNamed || (await isUp(plain.folder))) return plain
  const running = await runningCopies(dirname(read.file))
  const [only, ...others] = running
  return only === undefined || others.length > 0 ? plain : resolve(only)
}

/**
 * The same for a command that takes services as well, by an option: whoever gave one as the argument is told.
 * @throws CLI_USAGE when nothing is there under that name, which could be a service's
 */
export async function stackOrServiceMeant(argument: string, choice: StackChoice): Promise<ChosenStack> {
  try {
    return await stackMeant(argument, choice)
  } catch (error) {
    if (errorCode(error) !== 'CLI_STACK_FILE_MISSING' || !/^[a-z][a-z0-9-]*$/.test(argument)) throw error
    throw usage(`There is no stack at "${argument}". If that is a service, name it so: "--service ${argument}".`)
  }
}

async function runningCopies(stackFolder: string): Promise<readonly Required<StackChoice>[]> {
  const copies = await copyNames(stackFolder)
  const running: Required<StackChoice>[] = []
  for (const copy of copies) {
    const folder = dataFolderOf(stackFolder, { environment: copy.env, shift: copy.shift })
    if (await isUp(folder)) running.push(copy)
  }
  return running
}

async function copyNames(stackFolder: string): Promise<readonly Required<StackChoice>[]> {
  try {
    const names = await readdir(join(stackFolder, '.portolan'))
    return names.map((name) => {
      const [, env = name, shift = '0'] = /^(.*?)-shift-(-?\d+)$/.exec(name) ?? []
      return { env, shift: Number(shift) }
    })
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [] // never started
    throw error
  }
}

async function isUp(folder: DataFolder): Promise<boolean> {
  const supervisor = (await readRunState(folder))?.supervisor
  return supervisor !== undefined && (await isRunning(supervisor))
}

function chosen(read: ReadStack, resolved: ResolvedStack): ChosenStack {
  const stackFolder = dirname(read.file)
  return { ...read, resolved, stackFolder, folder: dataFolderOf(stackFolder, resolved) }
}

function environmentOf({ env }: StackChoice): { readonly environment?: string } {
  return env === undefined ? {} : { environment: env }
}
