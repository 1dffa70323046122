/** The gateway as a process of its own. README.md describes its environment and its messages. */
import { readFile } from 'node:fs/promises'
import { AppError, errorCode, errorMessage } from '@portolan/errors'
import { type GatewayConfiguration, parseGatewayConfiguration } from './configuration.ts'
import { configurationInvalid, configurationUnreadable, messageUnknown } from './errors.ts'
import { type Gateway, openGateway } from './gateway.ts'
import { jsonLines, LineBatch } from './log.ts'

const GRACE_MS = 5_000
const MESSAGES_VERSION = 1
const lines = new LineBatch((text) => process.stdout.write(text))
const logger = jsonLines((line) => lines.add(line))
const opening = new AbortController()
let gateway: Gateway | undefined

async function run(): Promise<void> {
  listenForEnd()
  const configuration = await readConfiguration(process.env.PORTOLAN_GATEWAY_CONFIGURATION)
  gateway = await openGateway(configuration, { logger, signal: opening.signal })
  const { addresses } = gateway
  logger.info({ addresses, stack: configuration.stack }, 'ready')
  process.on('message', (message) => void answerMessage(message)) // it tells its own failures
  say({ type: 'ready', version: MESSAGES_VERSION, addresses })
}

async function readConfiguration(path: string | undefined): Promise<GatewayConfiguration> {
  let text: string
  try {
    text = await readFile(path ?? '', { encoding: 'utf8', signal: opening.signal })
  } catch (error) {
    throw configurationUnreadable(path ?? '', error)
  }
  return parseGatewayConfiguration(parseJson(text))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw configurationInvalid([`configuration: no JSON; ${errorMessage(error)}`])
  }
}

async function answerMessage(message: unknown): Promise<void> {
  try {
    const { type, configuration } = readMessage(message)
    if (type !== 'configure') throw messageUnknown(type)
    await gateway?.configure(parseGatewayConfiguration(configuration))
    say({ type: 'configured' })
  } catch (error) {
    say({ type: 'refused', code: errorCode(error) ?? 'INTERNAL', message: errorMessage(error) })
  }
}

function readMessage(message: unknown): { readonly type: string; readonly configuration: unknown } {
  if (typeof message !== 'object' || message === null || !('type' in message)) return { type: '', configuration: null }
  return { type: String(message.type), configuration: 'configuration' in message ? message.configuration : undefined }
}

function say(message: Readonly<Record<string, unknown>>): void {
  // Without a callback, a channel that closes meanwhile would end the process by an exception.
  process.send?.(message, undefined, undefined, (error) => {
    if (error !== null) logger.warn({ error: errorMessage(error) }, 'message lost')
  })
}

function listenForEnd(): void {
  process.once('SIGTERM', () => void end('SIGTERM')) // end() handles its own failure: it exits
  process.once('SIGINT', () => void end('SIGINT'))
  // Its supervisor is gone, however it went: a gateway that nobody knows of would hold the ports.
  process.once('disconnect', () => void end('disconnect'))
  if (process.connected === false) void end('disconnect') // it went while this file was being loaded
  // The reader of the log may go first; the log is then lost, the requests are not.
  process.stdout.on('error', () => undefined)
}

async function end(reason: string): Promise<void> {
  logger.info({ reason }, 'closing')
  opening.abort(new AppError('GATEWAY_CLOSING', `Ended by ${reason} while opening.`))
  await gateway?.close({ signal: AbortSignal.timeout(GRACE_MS) })
  lines.flush()
  process.exit(0)
}

try {
  await run()
} catch (error) {
  if (!opening.signal.aborted) fail(error) // otherwise end() is at work, and exits
}

function fail(error: unknown): never {
  lines.flush()
  process.stderr.write(`${errorCode(error) ?? 'INTERNAL'}: ${errorMessage(error)}\n`)
  process.exit(1)
}
