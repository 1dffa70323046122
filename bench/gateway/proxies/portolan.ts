import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openTestIdentity, type TestIdentity } from '@portolan/identity/testing'
import { type Bench, freePorts, startProgram } from '../program.ts'
import type { ProxyKind, ProxyPlaces } from './proxy.ts'
import { signIn } from './sign-in.ts'

const GATEWAY = fileURLToPath(new URL('../../../packages/gateway/main.ts', import.meta.url))
const DOMAIN = 'hub.localhost'
const NO_END = 1_000_000

/** Two routes; a line of log for each request, metrics, and limits from which loopback is exempt: as it comes. */
export const GATEWAY_PLAIN: ProxyKind = {
  name: 'gateway, routes',
  start: async (places) => {
    const configuration = { ...common(places), routes: routes(places) }
    const pid = await startGateway('gateway, routes', configuration, places)
    return { name: 'gateway, routes', pid, port: places.port }
  },
}

/**
 * The same with everything on: each request comes to a preview host with the cookie of a session, which is checked, and the
 * limits count it, though it never meets them; metrics on a port of their own.
 */
export const GATEWAY_FULL: ProxyKind = {
  name: 'gateway, sessions, limits and metrics on',
  start: async (places) => {
    const { bench, port, requestPort, livePort } = places
    const platformOrigin = `http://${DOMAIN}:${port}`
    const identity = bench.releasers.use(
      await openTestIdentity({ service: 'control-plane', publicOrigin: platformOrigin }),
    )
    const session = await identity.signIn()
    const [metricsPort = 0] = await freePorts(1)
    const configuration = fullConfiguration(places, { identity, owner: session.userId, metricsPort })
    const name = GATEWAY_FULL.name
    const pid = await startGateway(name, configuration, { ...places, serviceKey: identity.serviceKey })
    const headersOf = async (servicePort: number) => {
      const host = `${servicePort}-alpha.${DOMAIN}:${port}`
      return { Host: host, Cookie: await signIn({ port, host, platformCookie: session.cookie.cookie }) }
    }
    const [requests, live] = [await headersOf(requestPort), await headersOf(livePort)]
    return { name, pid, port, headersOf: (path) => (path.startsWith('/live') ? live : requests) }
  },
}

interface Surroundings {
  readonly identity: TestIdentity
  readonly owner: string
  readonly metricsPort: number
}

function fullConfiguration(places: ProxyPlaces, { identity, owner, metricsPort }: Surroundings) {
  const workspaces = { alpha: { state: 'running', local: true, owner } }
  return {
    ...common(places),
    routes: [],
    patternHost: {
      domain: DOMAIN,
      platformOrigin: identity.publicOrigin,
      authUrl: identity.authUrl,
      userUrl: identity.userUrl,
      directory: { kind: 'table', workspaces },
      sharing: { unlessSaid: 'owner', most: 'public' },
    },
    limits: {
      exempt: [],
      client: { requestsPerSecond: NO_END, requestsAtOnce: NO_END, connections: NO_END, connectionsPerSecond: NO_END },
      workspace: { requestsPerSecond: NO_END, requestsAtOnce: NO_END },
    },
    admin: { address: '127.0.0.1', port: metricsPort },
  }
}

interface GatewayPlaces {
  readonly bench: Bench
  readonly port: number
  readonly serviceKey?: string
}

async function startGateway(name: string, configuration: unknown, places: GatewayPlaces): Promise<number> {
  const { bench, port, serviceKey } = places
  const file = join(bench.folder, `gateway-${port}.json`)
  await writeFile(file, JSON.stringify(configuration, null, 2))
  const environment = {
    PORTOLAN_GATEWAY_CONFIGURATION: file,
    ...(serviceKey === undefined ? {} : { SERVICE_KEY: serviceKey }),
  }
  return startProgram({ name, command: process.execPath, args: [GATEWAY], port, environment }, bench)
}

function common({ port }: ProxyPlaces) {
  return { stack: 'bench', listeners: [{ name: 'http', address: '127.0.0.1', port }] }
}

function routes({ requestPort, livePort }: ProxyPlaces) {
  return [
    { path: '/api', service: 'ships', target: { host: '127.0.0.1', port: requestPort }, websocket: false },
    { path: '/live', service: 'live', target: { host: '127.0.0.1', port: livePort }, websocket: true },
  ]
}
