import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { errorCode, errorMessage, type Waiting } from '@portolan/errors'
import type { UpstreamTarget } from '../http1/upstream-connection.ts'
import { HEALTH_DEFAULTS, type HealthDeclaration } from './upstream-declaration.ts'

/**
 * Asks a target once whether it works.
 * @returns what is wrong, as a clause (`/health answered 503`); undefined when all is well
 */
export async function askHealth(
  target: UpstreamTarget,
  health: HealthDeclaration | undefined,
  { signal }: Waiting,
): Promise<string | undefined> {
  const { path, timeoutMs = HEALTH_DEFAULTS.timeoutMs } = health ?? {}
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  try {
    return path === undefined ? await tryConnect(target, limit) : await askPath(target, path, limit)
  } catch (error) {
    if (limit.aborted) return `it did not answer within ${timeoutMs} ms`
    return errorCode(error) === 'ECONNREFUSED' ? 'nothing listens there' : errorMessage(error)
  }
}

async function tryConnect({ host, port }: UpstreamTarget, signal: AbortSignal): Promise<undefined> {
  const socket = connect({ host, port })
  try {
    await once(socket, 'connect', { signal })
  } finally {
    socket.destroy()
  }
}

async function askPath({ host, port }: UpstreamTarget, path: string, signal: AbortSignal): Promise<string | undefined> {
  const asking = request({ host, port, path, agent: false, signal })
  try {
    asking.end()
    const [{ statusCode }] = await once(asking, 'response', { signal })
    return typeof statusCode === 'number' && statusCode < 400 ? undefined : `${path} answered ${String(statusCode)}`
  } finally {
    // The status is enough: a body that never ends must not hold the connection.
    asking.on('error', () => undefined).destroy()
  }
}
