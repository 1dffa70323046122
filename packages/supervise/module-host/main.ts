/** The process that hosts a stack's modules. The supervisor talks to it over the IPC channel; messages.ts has the words. */
import { errorCode, errorMessage } from '@portolan/errors'
import pino from 'pino'
import { HostedServices } from './hosted-services.ts'
import { type HostAnswer, type HostRequest, parseHostRequest } from './messages.ts'

const GRACE_MS = 10_000
const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime })
const hosted = new HostedServices(logger)
const life = new AbortController()

async function answer(request: HostRequest): Promise<void> {
  try {
    if (request.type === 'start') await hosted.start(request, { signal: life.signal })
    else await hosted.stop(request.service, { signal: AbortSignal.timeout(request.graceMs) })
    say({ type: 'done', id: request.id })
  } catch (error) {
    logger.error({ service: request.service, err: error }, `${request.type} failed`)
    say({ type: 'failed', id: request.id, code: errorCode(error) ?? 'INTERNAL', message: errorMessage(error) })
  }
}

function say(message: HostAnswer): void {
  // Without a callback a channel that closes meanwhile would be an exception.
  process.send?.(message, undefined, undefined, () => undefined)
}

async function end(): Promise<void> {
  life.abort()
  await hosted.stopAll({ signal: AbortSignal.timeout(GRACE_MS) })
  process.exit(0)
}

process.on('message', (message: unknown) => {
  const request = parseHostRequest(message)
  if (request !== undefined) void answer(request) // answers its own failure
})
process.once('SIGTERM', () => void end()) // exits
process.once('SIGINT', () => void end())
// The supervisor is gone, however it went: modules that nobody knows of would hold their ports.
process.once('disconnect', () => void end())
if (process.connected === false) void end() // it went while this file was being loaded
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined) // the reader may go first
process.on('uncaughtException', (error) => {
  logger.fatal({ err: error }, 'a module threw where nobody catches')
  logger.flush()
  process.exit(1)
})
