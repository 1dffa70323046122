import { once } from 'node:events'
import { request } from 'node:http'
import { request as requestSecurely } from 'node:https'
import { connect } from 'node:net'
import { errorCode, errorMessage, type Waiting } from '@portolan/errors'
import { mainPort, portMeant, type Service } from '@portolan/stack'
import { unhealthy } from './errors.ts'
import { type Place, parseExternal, placeOf } from './place.ts'

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
    const target = { ...place, path: health.path, isEncrypted: asked.speaks.includes('https') }
    return (waiting) => askHttp(target, waiting)
  }
  const ports = health?.port === undefined ? service.ports : service.ports.filter((port) => port === asked)
  const declared = ports.filter(({ transports }) => transports.includes('tcp')).map((port) => placeOf(service, port))
  const places = declared.length > 0 ? declared : externalPlaces(service)
  return async (waiting) => {
    for (const place of places) await tryConnect(place, waiting)
  }
}

/** An external service may be given by its address alone. */
function externalPlaces({ run }: Service): readonly Place[] {
  if (run.kind !== 'external') return []
  const { host, port } = parseExternal(run.address)
  return port === undefined ? [] : [{ host, port }]
}

interface HealthTarget extends Place {
  readonly path: string
  readonly isEncrypted: boolean
}

async function askHttp({ host, port, path, isEncrypted }: HealthTarget, { signal }: Waiting): Promise<void> {
  const options = { host, port, path, agent: false, signal } as const
  // Whether it works is the question, not who it is: in development certificates are its own.
  const asking = isEncrypted ? requestSecurely({ ...options, rejectUnauthorized: false }) : request(options)
  try {
    asking.end()
    const [answer] = await once(asking, 'response', { signal })
    const status: unknown = answer.statusCode
    if (typeof status !== 'number' || status >= 400)
      throw unhealthy(`${path} on port ${port} answered ${String(status)}`)
  } catch (cause) {
    throw explained(cause, `${path} on port ${port}`)
  } finally {
    // The status is enough: a body that never ends must not hold the connection.
    asking.on('error', () => undefined).destroy()
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
