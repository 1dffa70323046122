import { basename, delimiter, dirname, isAbsolute, relative, resolve } from 'node:path'

/** How this program is called in the shell of whoever called it, so that what it tells them to type works there. */
export interface Typing {
  /** `portolan`, `npx portolan`, `npm run portolan --`, `node tools/cli/main.ts` */
  readonly program: string
  /** The same where nothing but its own output may come, as for a file: npm says first what it runs. */
  readonly quietProgram: string
  /** The folder that the shell is in. */
  readonly folder: string
}

/** Which stack, and which copy of it, a command is about; what is not given is what the command takes by itself. */
export interface StackMeant {
  /** A stack file, or the folder that it is in. */
  readonly stack?: string | undefined
  readonly env?: string | undefined
  readonly shift?: number | undefined
  readonly preview?: string | undefined
}

export interface Call {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly folder: string
  /** The script that Node was given. */
  readonly script: string
  /** Whether it was installed from the published package, and is not run in the repository. */
  readonly isInstalled: boolean
}

/** From what npm says to the programs that it starts (docs.npmjs.com, "scripts", environment), else from the script's place. */
export function typingOf(call: Call): Typing {
  const { npm_lifecycle_event: event = '', npm_package_json: manifest = '', INIT_CWD = '' } = call.environment
  if (event === '') {
    const program = directProgram(call)
    return { program, quietProgram: program, folder: call.folder }
  }
  // npm runs a script in the folder of its package.json.
  const folder = INIT_CWD === '' ? call.folder : INIT_CWD
  if (event === 'npx' || call.isInstalled) return { program: 'npx portolan', quietProgram: 'npx portolan', folder }
  const package_ = manifest === '' ? folder : dirname(manifest)
  const npm = package_ === folder ? 'npm' : `npm --prefix ${shellWord(pathFrom(folder, package_))}`
  return { program: `${npm} run portolan --`, quietProgram: `${npm} run --silent portolan --`, folder }
}

function directProgram({ environment, folder, script }: Call): string {
  const isOnPath = (environment.PATH ?? '').split(delimiter).includes(dirname(script))
  const name = basename(script)
  if (name === 'portolan') return isOnPath ? name : shellWord(pathWithFolder(folder, script))
  return `node ${shellWord(pathFrom(folder, script))}`
}

/** What to type for a command about a stack: `typedCommand(typing, 'logs --follow', { stack: 'one', shift: 100 })`. */
export function typedCommand(typing: Typing, words: string, meant: StackMeant = {}): string {
  const [command = '', ...options] = words.split(' ')
  const { stack, env, shift, preview } = meant
  if (preview !== undefined) return typedPreviewCommand(typing, [command, ...options], { ...meant, preview })
  return [
    typing.program,
    command,
    ...stackWords(typing, stack),
    ...options,
    ...(env === undefined ? [] : ['--env', shellWord(env)]),
    ...(shift === undefined || shift === 0 ? [] : ['--shift', String(shift)]),
  ].join(' ')
}

/** A preview is begun and ended by commands of its own, and knows by itself which environment it is of. */
function typedPreviewCommand(
  typing: Typing,
  [command = '', ...options]: readonly string[],
  { stack, env, preview }: StackMeant & { readonly preview: string },
): string {
  const words = stackWords(typing, stack)
  const chosen = env === undefined || command !== 'up' ? [] : ['--env', shellWord(env)]
  return command === 'up' || command === 'down'
    ? [typing.program, 'preview', command, shellWord(preview), ...words, ...options, ...chosen].join(' ')
    : [typing.program, command, ...words, ...options, '--preview', shellWord(preview)].join(' ')
}

const STACK_FILE = 'portolan.yaml'

function stackWords({ folder }: Typing, stack: string | undefined): readonly string[] {
  if (stack === undefined) return []
  const path = resolve(basename(stack) === STACK_FILE ? dirname(stack) : stack)
  if (path === folder) return []
  return [shellWord(isAbsolute(stack) && pathFrom(folder, path).startsWith('..') ? path : pathFrom(folder, path))]
}

// As the messages of every package name them: the commands that are about one stack, and the others.
const ABOUT_STACK = /\bportolan (up|down|status|logs|restart|open)\b(?: --shift (\d+))?/g
const OTHERS = /\bportolan (init|check|schema|preview list|(?:registry|ports|slots|hosts|bands|keys) [a-z-]+)\b/g

// The packages below the command line speak to programs too, and name operations and the fields of their inputs.
const OPERATION = /"(port|slot|host|band|key)_([a-z]+(?:_[a-z]+)*)"/g
/** `"isHere" (--here)`: the message says itself what is typed for it. */
const OPTION_SAID = /"[a-z]+(?:[A-Z][a-z]*)+" \((--[a-z-]+)\)/g
const FIELD = /"(?:event\.)?([a-z]+(?:[A-Z][a-z]*)+)"/g

/** The fields of operations that are typed otherwise; names that people give may look like one, so they are all here. */
export const FIELD_OPTIONS: Readonly<Record<string, string>> = {
  claimId: '--claim-id',
  ephemeralRange: '--ephemeral-range',
  evenIfInUse: '--even-if-in-use',
  evenIfOutOfBand: '--even-if-out-of-band',
  evenIfUnknown: '--even-if-unknown',
  expiresInMs: '--expires-in',
  graceMs: '--grace',
  idempotencyKey: '--idempotency-key',
  leaseMs: '--lease',
  planHash: '--plan-hash',
  portCount: '--port-count',
}

/** A message with the operations and fields in it as the command line calls them. */
function withCommandWords(message: string): string {
  return message
    .replaceAll(OPERATION, (_, noun: string, verb: string) => `"portolan ${noun}s ${verb.replaceAll('_', '-')}"`)
    .replaceAll(OPTION_SAID, (_, option: string) => option)
    .replaceAll(FIELD, (said, field: string) => {
      const option = Object.hasOwn(FIELD_OPTIONS, field) ? FIELD_OPTIONS[field] : undefined
      // What is said of its bounds is in milliseconds, though it may be typed as 8h.
      return option === undefined ? said : `${option}${field.endsWith('Ms') ? ' (in ms)' : ''}`
    })
}

/** A message with every command in it as it can be typed, about the same stack. A shift that it proposes comes on top. */
export function withTypedCommands(message: string, typing: Typing, meant: StackMeant): string {
  const others = withCommandWords(message).replaceAll(OTHERS, (_, command: string) => typedCommand(typing, command))
  return others.replaceAll(ABOUT_STACK, (_, command: string, more: string | undefined) => {
    const shift = more === undefined ? meant.shift : (meant.shift ?? 0) + Number(more)
    return typedCommand(typing, command, { ...meant, shift })
  })
}

/** As a POSIX shell reads it back. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

function pathFrom(folder: string, path: string): string {
  return relative(folder, path) || '.'
}

/** A shell looks a bare name up on the PATH. */
function pathWithFolder(folder: string, path: string): string {
  const shown = pathFrom(folder, path)
  return shown.includes('/') ? shown : `./${shown}`
}
