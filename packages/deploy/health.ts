import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { errorCode, errorMessage, type Waiting } from '@portolan/errors'
import { pause } from '@portolan/observe'

/** When a version counts as healthy: a path answers with a status below 400, or the port takes a connection and keeps it. */
export type HealthCheck = { readonly type: 'http'; readonly path: string } | { readonly type: 'tcp' }

export interface HealthTimes {
  /** From the start until it has to be healthy. */
  readonly timeoutMs?: number
  readonly intervalMs?: number
  readonly attemptTimeoutMs?: number
}

export const HEALTH_TIMES = {
  timeoutMs: 60_000,
  intervalMs: 500,
  attemptTimeoutMs: 5_000,
} as const satisfies Required<HealthTimes>

/** A proxy of an engine takes a connection before the program listens, and drops it then. */
const KEPT_MS = 200

export interface HealthTarget {
  /** Any of them will do. */
  readonly addresses: readonly string[]
  readonly port: number
}

/** Asks once. @returns what is wrong, as a clause; undefined when it is healthy. Never rejects. */
export async function findHealthFault(
  check: HealthCheck,
  target: HealthTarget,
  waiting: Waiting,
): Promise<string | undefined> {
  let fault = 'there is no address to ask'
  for (const host of target.addresses) {
    const found = await askOnce(check, { host, port: target.port }, waiting)
    if (found === undefined) return undefined
    // An address that is closed says less than one that answers wrongly.
    if (host === target.addresses[0] || !found.isClosed) fault = found.words
  }
  return fault
}

interface Fault {
  readonly words: string
  readonly isClosed: boolean
}

interface Place {
  readonly host: string
  readonly port: number
}

async function askOnce(check: HealthCheck, place: Place, { signal }: Waiting): Promise<Fault | undefined> {
  const what = check.type === 'http' ? `${check.path} on port ${place.port}` : `port ${place.port}`
  try {
    if (check.type === 'tcp') return await keepsConnection(place, { signal })
    const status = await statusOf(check.path, place, { signal })
    return status < 400 ? undefined : { words: `${what} answered ${status}`, isClosed: false }
  } catch (error) {
    return faultOf(error, what, place.port)
  }
}

async function statusOf(path: string, place: Place, { signal }: Waiting): Promise<number> {
  const asking = request({ ...place, path, agent: false, signal })
  try {
    asking.end()
    const [answer] = await once(asking, 'response', { signal })
    const status: unknown = answer.statusCode
    return typeof status === 'number' ? status : 0
  } finally {
    // The status is enough: a body that never ends must not hold the connection.
    asking.on('error', () => undefined).destroy()
  }
}

async function keepsConnection(place: Place, { signal }: Waiting): Promise<Fault | undefined> {
  const socket = connect(place)
  try {
    await once(socket, 'connect', { signal })
    const isKept = await staysOpen(socket, { signal })
    return isKept
      ? undefined
      : { words: `port ${place.port} took the connection and closed it at once`, isClosed: true }
  } finally {
    socket.destroy()
  }
}

/** What greets first is there, and so is what waits to be greeted. */
async function staysOpen(socket: Socket, { signal }: Waiting): Promise<boolean> {
  const over = new AbortController()
  let wasClosed = false
  for (const event of ['end', 'close', 'error'] as const) {
    socket.once(event, () => {
      wasClosed = true
      over.abort()
    })
  }
  socket.once('data', () => over.abort())
  await pause(KEPT_MS, { signal: AbortSignal.any([signal, over.signal]) })
  return !wasClosed
}

function faultOf(error: unknown, what: string, port: number): Fault {
  const code = errorCode(error)
  if (code === 'ECONNREFUSED') return { words: `nothing listens on port ${port}`, isClosed: true }
  const isClosed = code === 'ENETUNREACH' || code === 'EADDRNOTAVAIL' || code === 'EHOSTUNREACH'
  const isLate = error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError')
  return { words: isLate ? `${what} did not answer in time` : `${what}: ${errorMessage(error)}`, isClosed }
}
