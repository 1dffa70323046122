/**
 * The gateway as a process: a primary, which holds the listening sockets and speaks with its supervisor, and workers, in
 * which the requests are. This file is both.
 */
import cluster from 'node:cluster'
import { readFile } from 'node:fs/promises'
import { AppError, errorCode, errorMessage } from '@portolan/errors'
import { FleetAdmin } from './admin/fleet-admin.ts'
import { type GatewayConfiguration, parseGatewayConfiguration } from './configuration.ts'
import { configurationInvalid, configurationUnreadable, messageUnknown } from './errors.ts'
import { jsonLines, LineBatch } from './log.ts'
import type { RegistryAccess } from './slots/open-registry-door.ts'
import { SlotTraffic } from './slots/slot-traffic.ts'
import type { UpstreamEvent } from './upstreams/upstream-event.ts'
import { Worker } from './workers/worker.ts'
import { WorkerFleet } from './workers/worker-fleet.ts'
import { WorkerSide } from './workers/worker-side.ts'

const GRACE_MS = 5_000
const MESSAGES_VERSION = 1
const lines = new LineBatch((text) => process.stdout.write(text))
// However it ends, but for SIGKILL.
process.once('exit', () => lines.flush())
const logger = jsonLines((line) => lines.add(line))
const closing = new AbortController()
let fleet: WorkerFleet | undefined
let admin: FleetAdmin | undefined
let traffic: SlotTraffic | undefined

async function runPrimary(): Promise<void> {
  listenForEnd()
  cluster.schedulingPolicy = cluster.SCHED_NONE
  cluster.setupPrimary({ stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const configuration = await readConfiguration(process.env.PORTOLAN_GATEWAY_CONFIGURATION)
  traffic = new SlotTraffic(configuration, {
    logger,
    registry: takeRegistryAccess(process.env),
    memoryPath: `${process.env.PORTOLAN_GATEWAY_CONFIGURATION}.slots`,
    apply: async (next) => fleet?.configure(next),
  })
  fleet = await WorkerFleet.open(await traffic.begin(), { logger, startWorker, onUpstreamEvent: passOn })
  await traffic.serve()
  admin = new FleetAdmin(fleet)
  await admin.follow(configuration, { signal: closing.signal })
  const { addresses } = fleet
  logger.info({ addresses, admin: admin.address, stack: configuration.stack, workers: configuration.workers }, 'ready')
  process.on('message', (message) => void answerMessage(message)) // never rejects
  process.on('SIGHUP', () => void replaceByFile()) // never rejects
  await say({ type: 'ready', version: MESSAGES_VERSION, addresses, admin: admin.address })
}

/** Whoever runs the gateway hears of it as well. */
function passOn(event: UpstreamEvent): void {
  void traffic?.takeEvent(event) // it does not reject
  void say({ type: 'upstream-event', event }) // never rejects
}

/** The key is not for the workers, which inherit the environment. */
function takeRegistryAccess(environment: NodeJS.ProcessEnv): RegistryAccess | undefined {
  const { PORTOLAN_REGISTRY: url, PORTOLAN_REGISTRY_KEY: key } = environment
  const { PORTOLAN_REGISTRY_SOCKET: socketPath, PORTOLAN_HOST: hostName } = environment
  delete environment.PORTOLAN_REGISTRY_KEY
  if (url === undefined || key === undefined) return undefined
  return {
    url,
    key,
    ...(socketPath === undefined ? {} : { socketPath }),
    ...(hostName === undefined ? {} : { hostName }),
  }
}

function startWorker(): Worker {
  return new Worker(cluster.fork(), (text) => lines.add(text))
}

async function readConfiguration(path: string | undefined): Promise<GatewayConfiguration> {
  let text: string
  try {
    text = await readFile(path ?? '', { encoding: 'utf8', signal: closing.signal })
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

async function take(how: 'configure' | 'replace', configuration: GatewayConfiguration): Promise<void> {
  await admin?.follow(configuration, { signal: closing.signal })
  if (how === 'configure') await traffic?.configure(configuration)
  else await traffic?.configure(configuration, async (next) => fleet?.replace(next))
}

/** As of a web server: new workers with what the file says now, and with the program as it is now. */
async function replaceByFile(): Promise<void> {
  try {
    await take('replace', await readConfiguration(process.env.PORTOLAN_GATEWAY_CONFIGURATION))
  } catch (error) {
    logger.error({ code: errorCode(error), message: errorMessage(error) }, 'workers not replaced')
  }
}

async function answerMessage(message: unknown): Promise<void> {
  try {
    const { type, configuration, upstream, isUnderWay } = readMessage(message)
    if (type === 'restarting') {
      await fleet?.announceRestart(upstream, isUnderWay)
      return
    }
    if (type !== 'configure' && type !== 'replace') throw messageUnknown(type)
    await take(type, parseGatewayConfiguration(configuration))
    await say({ type: type === 'replace' ? 'replaced' : 'configured' })
  } catch (error) {
    await say({ type: 'refused', code: errorCode(error) ?? 'INTERNAL', message: errorMessage(error) })
  }
}

function readMessage(message: unknown) {
  const { type, configuration, upstream, isUnderWay } = Object(message)
  return { type: String(type ?? ''), configuration, upstream: String(upstream), isUnderWay: isUnderWay === true }
}

/** Resolves when it is on its way, or lost. */
function say(message: object): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (process.send === undefined) return Promise.resolve()
  // Without a callback, a channel that closes meanwhile would end the process by an exception.
  process.send(message, undefined, undefined, (error) => {
    if (error !== null) logger.warn({ error: errorMessage(error) }, 'message lost')
    resolve()
  })
  return promise
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
  closing.abort(new AppError('GATEWAY_CLOSING', `Ended by ${reason} while opening.`))
  await Promise.all([admin?.close(), traffic?.close(), fleet?.close(GRACE_MS)])
  process.exit(0)
}

function runWorker(): void {
  // A signal to the whole group is the primary's to act on. When the primary goes, cluster ends its workers.
  process
    .on('SIGTERM', () => undefined)
    .on('SIGINT', () => undefined)
    .on('SIGHUP', () => undefined)
  process.stdout.on('error', () => undefined)
  const exit = (): never => process.exit(0)
  const writeLine = (line: string): void => lines.add(line)
  const side = new WorkerSide({ logger, writeLine, serviceKey: process.env.SERVICE_KEY, send: say, exit })
  process.on('message', (request: Parameters<WorkerSide['answer']>[0]) => void side.answer(request)) // never rejects
}

try {
  if (cluster.isPrimary) await runPrimary()
  else runWorker()
} catch (error) {
  if (!closing.signal.aborted) fail(error) // otherwise end() is at work, and exits
}

function fail(error: unknown): never {
  process.stderr.write(`${errorCode(error) ?? 'INTERNAL'}: ${errorMessage(error)}\n`)
  process.exit(1)
}
