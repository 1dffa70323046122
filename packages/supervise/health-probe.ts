import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { errorCode, errorMessage, type Waiting } from '@portolan/errors'
import { mainPort, portMeant, type Service } from '@portolan/stack'
import { unhealthy } from './errors.ts'
import { LOOPBACK, type Place, placeOf } from './place.ts'

/** Asks once whether a service works. @throws SUPERVISE_UNHEALTHY saying what it answered instead */
export type HealthProbe = (waiting: Waiting) => Promise<void>

/**
 * How a service's health is asked: its health path by HTTP, else a connection to every TCP port. A service without a
 * TCP port is healthy as long as it runs.
 */
export function healthProbe(service: Service): HealthProbe {
  const { health } = service
  const asked = health === undefined ? mainPort(service) : portMeant(service, health.port)
  if (health?.path !== undefined && asked !== undefined) {
    const place = placeOf(service, asked)
    const path = health.path
    return (waiting) => askHttp(place, path, waiting)
  }
  const ports = health?.port === undefined ? service.ports : service.ports.filter((port) => port === asked)
  const places = ports.filter(({ transports }) => transports.includes('tcp')).map((port) => placeOf(service, port))
  return async (waiting) => {
    for (const place of places) await tryConnect(place, waiting)
  }
}

async function askHttp({ host, port }: Place, path: string, { signal }: Waiting): Promise<void> {
  try {
    const asking = request({ host, port, path, agent: false, signal, headers: { host: `${LOOPBACK}:${port}` } })
    asking.end()
    const [answer] = await once(asking, 'response', { signal })
    const status: unknown = answer.statusCode
    answer.resume()
    if (typeof status !== 'number' || status >= 400)
      throw unhealthy(`${path} on port ${port} answered ${String(status)}`)
  } catch (cause) {
    throw explained(cause, `${path} on port ${port}`)
  }
}

async function tryConnect({ host, port }: Place, { signal }: Waiting): Promise<void> {
  const socket = connect({ host, port })
  try {
    await once(socket, 'connect', { signal })
  } catch (cause) {
    throw explained(cause, `port ${port}`)
  } finally {
    socket.destroy()
  }
}

function explained(cause: unknown, what: string): unknown {
  if (errorCode(cause) === 'SUPERVISE_UNHEALTHY') return cause
  if (errorCode(cause) === 'ECONNREFUSED') return unhealthy(`nothing listens on ${what}`, cause)
  const isLate = cause instanceof Error && (cause.name === 'AbortError' || cause.name === 'TimeoutError')
  return unhealthy(isLate ? `${what} did not answer in time` : `${what}: ${errorMessage(cause)}`, cause)
}
