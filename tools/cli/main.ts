/** `portolan`: the only file of the CLI that reads the process and ends it. */
import { fileURLToPath } from 'node:url'
import { errorCode, errorMessage, isAppError } from '@portolan/errors'
import { CommanderError } from 'commander'
import { type CliContext, EXIT } from './cli-context.ts'
import manifest from './package.json' with { type: 'json' }
import { buildProgram } from './program.ts'

const stopped = new AbortController()
const hurried = new AbortController()
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () =>
    (stopped.signal.aborted ? hurried : stopped).abort(new DOMException(`Ended by ${name}.`, 'AbortError')),
  )
}
// `portolan logs | head`: the reader has enough, and that is no failure.
process.stdout.on('error', (error) => {
  if (errorCode(error) !== 'EPIPE') throw error
  stopped.abort(new DOMException('Nobody reads the output any more.', 'AbortError'))
})

const context: CliContext = {
  environment: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  programs: {
    gateway: fileURLToPath(new URL('../../packages/gateway/main.ts', import.meta.url)),
    moduleHost: fileURLToPath(new URL('../../packages/supervise/module-host/main.ts', import.meta.url)),
  },
  self: [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url)],
  stopped: stopped.signal,
  hurried: hurried.signal,
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
  await buildProgram(context, manifest.version).parseAsync(process.argv)
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
  process.stderr.write(`${label}: ${errorMessage(error)}${stack}\n`)
  const isInput =
    code !== undefined &&
    ['STACK_INVALID', 'CLI_USAGE', 'CLI_STACK_FILE_MISSING', 'CLI_STACK_FILE_UNREADABLE'].includes(code)
  return isInput ? EXIT.unusable : EXIT.failed
}
