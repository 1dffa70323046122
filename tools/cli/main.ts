/** `portolan`: the only file of the CLI that reads the process and ends it. */
import { fileURLToPath } from 'node:url'
import { errorCode, errorMessage, isAppError } from '@portolan/errors'
import { CommanderError } from 'commander'
import { type CliContext, EXIT } from './cli-context.ts'
import { exitCodeOf } from './exit-code.ts'
import manifest from './package.json' with { type: 'json' }
import { runCommandLine } from './program.ts'
import { visibleLines } from './terminal.ts'
import { typingOf } from './typing.ts'

const stopped = new AbortController()
const hurried = new AbortController()
// At a terminal, npm passes Ctrl-C on to a program that has had it from there already: a second one that soon is the same.
const isTwice = process.stdin.isTTY && process.env.npm_lifecycle_event !== undefined
const SAME_SIGNAL_MS = isTwice ? 500 : 0
let stoppedAt = 0
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (stopped.signal.aborted && performance.now() - stoppedAt < SAME_SIGNAL_MS) return
    stoppedAt = performance.now()
    ;(stopped.signal.aborted ? hurried : stopped).abort(new DOMException(`Ended by ${name}.`, 'AbortError'))
  })
}
const unread = new AbortController()
// `portolan logs | head`: the reader has enough, and that is no failure. A terminal that was closed gives EIO, while the
// stack behind it still has to be stopped in order.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (!['EPIPE', 'EIO', 'ENXIO'].includes(errorCode(error) ?? '')) throw error
    unread.abort(new DOMException('Nobody reads the output any more.', 'AbortError'))
  })
}

// Published, everything is bundled into files side by side; in the repository each is run as it is written.
const isBundled = import.meta.url.endsWith('.js')
const programFile = (bundled: string, written: string) =>
  fileURLToPath(new URL(isBundled ? bundled : written, import.meta.url))

// The launcher of the published package as it was called; importing this file from it leaves that as it is.
const SCRIPT = process.argv[1] ?? fileURLToPath(import.meta.url)

const context: CliContext = {
  environment: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  programs: {
    gateway: programFile('./gateway.js', '../../packages/gateway/main.ts'),
    moduleHost: programFile('./module-host.js', '../../packages/supervise/module-host/main.ts'),
    objects: programFile('./objects.js', '../../packages/objects/service.ts'),
  },
  registryServer: programFile('./registry-server.js', '../../packages/registry-server/main.ts'),
  typing: typingOf({ environment: process.env, folder: process.cwd(), script: SCRIPT, isInstalled: isBundled }),
  self: [process.execPath, ...process.execArgv, SCRIPT],
  stopped: stopped.signal,
  hurried: hurried.signal,
  unread: unread.signal,
  // The channel is there when `up --detach` waits at its other end.
  announce:
    process.send === undefined
      ? undefined
      : (message) => process.send?.(message, undefined, undefined, () => undefined),
  setExitCode: (code) => {
    process.exitCode = code
  },
}

try {
  await runCommandLine(context, manifest.version, process.argv)
} catch (error) {
  process.exitCode = report(error)
}

function report(error: unknown): number {
  // commander has printed it already; what was only help or version is no failure.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.unusable
  const isVerbose = process.argv.includes('--verbose')
  const code = errorCode(error)
  const label = code === undefined ? 'INTERNAL' : code
  const stack = error instanceof Error && (isVerbose || !isAppError(error)) ? `\n${error.stack ?? ''}` : ''
  const text = visibleLines(`${label}: ${errorMessage(error)}${stack}`)
  process.stderr.write(`${text}\n`)
  const exitCode = exitCodeOf(error)
  context.announce?.({ type: 'failed', exitCode, text })
  return exitCode
}
