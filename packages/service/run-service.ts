// The one room besides a `main.ts` that listens to the process and ends it: so that every `main.ts` stays four lines.
import { constants } from 'node:os'
import { errorMessage, isAppError } from '@portolan/errors'
import pino, { type Logger } from 'pino'
import Type from 'typebox'
import { type EnvironmentVariables, parseEnvironment } from './environment.ts'
import type { ServiceDefinition } from './service-definition.ts'
import { startService } from './started-service.ts'

const SIGNALS = ['SIGTERM', 'SIGINT'] as const
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
const DEFAULTS = { graceMs: 10_000 } as const satisfies RunServiceOptions

/** What the host itself reads, beside what the service reads. */
const HOST_ENVIRONMENT = Type.Object({ LOG_LEVEL: Type.Enum(LOG_LEVELS, { default: 'info' }) })

export interface RunServiceOptions {
  /** How long requests under way may still take after SIGTERM or SIGINT. */
  readonly graceMs?: number
}

/**
 * Runs one service as this process, for its `main.ts`: JSON log lines on stdout; SIGTERM, SIGINT or the end of the
 * parent (IPC channel, reader of stdout) closes it within the grace and exits with 0. Exits with 1, after one log line
 * that says why, when it cannot start, does not close in time or throws where nobody catches; a second signal ends it
 * at once with 128 + the signal's number.
 */
export async function runService(
  definition: ServiceDefinition,
  environment: EnvironmentVariables,
  options: RunServiceOptions = {},
): Promise<void> {
  const { graceMs } = Object.freeze({ ...DEFAULTS, ...options })
  const stop = new AbortController()
  const logger = openLog(definition.name, stop)
  listenForEnd(logger, stop)
  // A service may hold nothing that keeps the process alive, and it still runs until it is told to stop.
  setInterval(() => undefined, 2 ** 30)
  try {
    const { LOG_LEVEL: level } = parseEnvironment(HOST_ENVIRONMENT, environment)
    logger.level = stop.signal.aborted ? 'silent' : level
    const service = await startService(definition, environment, { logger, signal: stop.signal })
    logger.info({ addresses: service.addresses }, 'running')
    await aborted(stop.signal)
    logger.info({ reason: errorMessage(stop.signal.reason), graceMs }, 'stopping')
    await service.close({ signal: AbortSignal.timeout(graceMs) })
    logger.info('stopped')
    process.exit(0)
  } catch (error) {
    if (error === stop.signal.reason) process.exit(0) // told to stop before it was up
    logger.fatal(describe(error), errorMessage(error))
    process.exit(1)
  }
}

/** An error of ours says it all in its message; of any other the stack is wanted. */
function describe(error: unknown): object {
  return isAppError(error) ? { code: error.code, details: error.details } : { err: error }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** Synchronous, so that the line which says why a process died is out before it dies. */
function openLog(name: string, stop: AbortController): Logger {
  const destination = pino.destination({ dest: 1, sync: true })
  const logger = pino({ name, timestamp: pino.stdTimeFunctions.isoTime }, destination)
  const readerIsGone = (error: Error) => {
    logger.level = 'silent'
    stop.abort(error)
  }
  destination.on('error', readerIsGone)
  process.stdout.on('error', readerIsGone)
  process.stderr.on('error', readerIsGone)
  return logger
}

function listenForEnd(logger: Logger, stop: AbortController): void {
  const parentIsGone = () => stop.abort(new DOMException('The parent process went away.', 'AbortError'))
  for (const name of SIGNALS) {
    process.on(name, () => {
      if (stop.signal.aborted) process.exit(128 + constants.signals[name])
      stop.abort(new DOMException(`The process was told to stop by ${name}.`, 'AbortError'))
    })
  }
  if (process.channel !== undefined) {
    process.once('disconnect', parentIsGone)
  }
  if (process.connected === false) parentIsGone() // it went while this process was still loading
  process.on('uncaughtException', (error, origin) => {
    logger.fatal({ ...describe(error), origin }, errorMessage(error))
    process.exit(1)
  })
}
