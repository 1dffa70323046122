import { constants } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode, errorMessage, isAppError } from '@portolan/errors'
import { isRunning } from '@portolan/observe'
import {
  type DeclaredPort,
  environmentNames,
  type Port,
  type PortNumbers,
  parseStack,
  type ResolvedStack,
  resolveStack,
  type Stack,
} from '@portolan/stack'
import { type DataFolder, dataFolderOf, type HeldPorts, readHeldPorts, readRunState } from '@portolan/supervise'
import { Argument, type Command, Option } from 'commander'
import { stackFileMissing, stackFileUnreadable, usage } from './errors.ts'
import type { StackMeant } from './typing.ts'

/** What says which stack, and which copy of it, a command is about. */
export interface StackChoice {
  readonly env?: string
  readonly shift?: number
  readonly preview?: string
}

export interface ChosenStack<P extends DeclaredPort = Port> extends ReadStack {
  readonly resolved: ResolvedStack<P>
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
  const { env, shift, preview } = command.opts<StackChoice>()
  const argumentCalled = (name: string): string | undefined => {
    const index = command.registeredArguments.findIndex((one) => one.name() === name)
    const value: unknown = index < 0 ? undefined : command.processedArgs[index]
    return typeof value === 'string' ? value : undefined
  }
  return { stack: argumentCalled('stack'), env, shift, preview: preview ?? argumentCalled('preview') }
}

/** The copy of a stack that a command has chosen, for the commands that come next. */
export function meantCopy({ file, stack, resolved }: ChosenStack<DeclaredPort>): StackMeant {
  const { environment, shift, preview } = resolved
  return { stack: file, env: environment === stack.defaultEnvironment ? undefined : environment, shift, preview }
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

export function previewOption(): Option {
  return new Option('--preview <name>', 'the preview of that name').conflicts(['env', 'shift'])
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

/**
 * The stack as it is to be started, before anybody has asked for the numbers of its `auto` ports.
 * @throws STACK_INVALID, also for missing values
 */
export async function stackToStart(
  argument: string,
  choice: StackChoice,
  values: Readonly<Record<string, string | undefined>>,
): Promise<ChosenStack<DeclaredPort>> {
  const read = await readStackFile(argument)
  const resolved = resolveStack(read.stack, { ...placeOf(choice), values, leaveOpen: true })
  return chosen(read, resolved)
}

/** The same with the numbers that it was given. @throws STACK_INVALID when some are missing */
export function withNumbers(
  { resolved, ...rest }: ChosenStack<DeclaredPort>,
  { values, ports }: { readonly values: Readonly<Record<string, string | undefined>>; readonly ports: PortNumbers },
): ChosenStack {
  const { environment: env, shift, preview } = resolved
  const place = placeOf({ env, shift, ...(preview === undefined ? {} : { preview }) })
  return { ...rest, resolved: resolveStack(rest.stack, { ...place, values, ports }) }
}

/**
 * The copy of the stack that a command means: the one that is named, else the default one, else the only one that runs.
 * Values from outside are not needed for that; the numbers of its `auto` ports are those that it was given last.
 */
export async function stackMeant(argument: string, choice: StackChoice): Promise<ChosenStack<DeclaredPort>> {
  const read = await readStackFile(argument)
  const plain = await copyOf(read, choice)
  const isNamed = choice.env !== undefined || choice.shift !== undefined || choice.preview !== undefined
  if (isNamed || (await isUp(plain.folder))) return plain
  const [only, ...others] = await runningCopies(read)
  return only === undefined || others.length > 0 ? plain : copyOf(read, only)
}

async function copyOf(read: ReadStack, choice: StackChoice): Promise<ChosenStack<DeclaredPort>> {
  const { env = read.stack.defaultEnvironment, shift = 0, preview } = choice
  const folder = dataFolderOf(dirname(read.file), { environment: env, shift, preview })
  const held = await readHeldPorts(folder)
  // A preview knows which environment it was started in.
  const place = placeOf({ ...choice, env: preview === undefined ? env : (held?.environment ?? env) })
  const ports = numbersOf(held)
  return chosen(read, resolveStack(read.stack, { ...place, values: 'unset', ports, leaveOpen: true }))
}

/** The first number of every port that a registry holds for a copy. */
export function numbersOf(held: Pick<HeldPorts, 'ports'> | undefined): PortNumbers {
  return new Map(held?.ports.map(({ key, first }) => [key, first]))
}

/**
 * The same for a command that takes services as well, by an option: whoever gave one as the argument is told.
 * @throws CLI_USAGE when nothing is there under that name, which could be a service's
 */
export async function stackOrServiceMeant(argument: string, choice: StackChoice): Promise<ChosenStack<DeclaredPort>> {
  try {
    return await stackMeant(argument, choice)
  } catch (error) {
    if (errorCode(error) !== 'CLI_STACK_FILE_MISSING' || !/^[a-z][a-z0-9-]*$/.test(argument)) throw error
    throw usage(`There is no stack at "${argument}". If that is a service, name it so: "--service ${argument}".`)
  }
}

async function runningCopies(read: ReadStack): Promise<readonly StackChoice[]> {
  const running: StackChoice[] = []
  for (const copy of await listCopies(read)) {
    const { env = '', shift = 0, preview } = copy
    if (await isUp(dataFolderOf(dirname(read.file), { environment: env, shift, preview }))) running.push(copy)
  }
  return running
}

/** Every copy of the stack that has a folder here, running or not. */
export async function listCopies({ file, stack }: ReadStack): Promise<readonly StackChoice[]> {
  try {
    const names = await readdir(join(dirname(file), '.portolan'))
    return names.map((name) => copyCalled(name, environmentNames(stack)))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [] // never started
    throw error
  }
}

/** As `dataFolderOf` names its folder. */
function copyCalled(name: string, environments: readonly string[]): StackChoice {
  const [, preview] = /^preview-(.+)$/.exec(name) ?? []
  if (preview !== undefined && !environments.includes(name)) return { preview }
  const [, env = name, shift = '0'] = /^(.*?)-shift-(-?\d+)$/.exec(name) ?? []
  return { env, shift: Number(shift) }
}

export async function isUp(folder: DataFolder): Promise<boolean> {
  const supervisor = (await readRunState(folder))?.supervisor
  return supervisor !== undefined && (await isRunning(supervisor))
}

function chosen<P extends DeclaredPort>(read: ReadStack, resolved: ResolvedStack<P>): ChosenStack<P> {
  const stackFolder = dirname(read.file)
  return { ...read, resolved, stackFolder, folder: dataFolderOf(stackFolder, resolved) }
}

function placeOf({ env, shift, preview }: StackChoice) {
  return {
    ...(env === undefined ? {} : { environment: env }),
    ...(shift === undefined ? {} : { shift }),
    ...(preview === undefined ? {} : { preview }),
  }
}
