import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { type ErrorCatalogue, errorCode, problemOf, type Waiting } from '@portolan/errors'
import { preferredLanguage } from '../accept.ts'
import type { AdminAddress } from '../configuration.ts'
import { badRequest, GATEWAY_ERRORS, hostUnknown, methodRefused, noRoute } from '../errors.ts'
import type { AskedRequest } from '../explain/asked-request.ts'
import { type Explanation, explanationLines } from '../explain/explanation.ts'
import { exposition } from '../figures/exposition.ts'
import type { GatewaySnapshot } from '../figures/snapshot.ts'
import { Trend } from '../figures/trend.ts'
import { namesMachine } from '../host-name.ts'
import { MalformedMessage } from '../http1/malformed-message.ts'
import { type GatewayAddress, listen } from '../listener.ts'
import { renderStatus, STATUS_SECURITY_POLICY } from './status-page.ts'

/** What is looked at: one gateway, or all workers of one together. */
export interface AdminSource {
  snapshot(): GatewaySnapshot | Promise<GatewaySnapshot>
  explain(asked: AskedRequest): Explanation | Promise<Explanation>
  /** Whether it takes requests. */
  isReady(): boolean
}

/** The place where whoever runs a gateway looks at it. */
export interface Admin extends AsyncDisposable {
  readonly address: GatewayAddress
}

const LOOK_EVERY_MS = 5_000
const MOST_CONNECTIONS = 64
const HEADERS_MS = 5_000
const SECURITY_HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
} as const

/**
 * Opens it on a port of its own: never one of the gateway's, so that no route leads there.
 * @throws GATEWAY_PORT_TAKEN, GATEWAY_LISTEN_FAILED
 */
export async function openAdmin(
  { address, port }: AdminAddress,
  source: AdminSource,
  { signal }: Waiting,
): Promise<Admin> {
  signal.throwIfAborted()
  const trend = new Trend()
  const server = createServer({ headersTimeout: HEADERS_MS, requestTimeout: HEADERS_MS }, (request, response) => {
    void answer({ request, response, source, trend }) // never rejects
  })
  server.maxConnections = MOST_CONNECTIONS
  const bound = await listen(server, { name: 'admin', address, port })
  const looking = setInterval(() => void look(source, trend), LOOK_EVERY_MS) // never rejects
  return { address: bound, [Symbol.asyncDispose]: () => close(server, looking) }
}

async function close(server: Server, looking: NodeJS.Timeout): Promise<void> {
  clearInterval(looking)
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}

async function look(source: AdminSource, trend: Trend): Promise<void> {
  try {
    trend.add(await source.snapshot())
  } catch (error) {
    // A worker that ends meanwhile is told of elsewhere; the next look is in a few seconds.
    if (errorCode(error) === undefined) throw error
  }
}

interface Asking {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly source: AdminSource
  readonly trend: Trend
}

async function answer(asking: Asking): Promise<void> {
  const { request, response } = asking
  try {
    const { host = '' } = request.headers
    // A page of somebody else's may lead its own name here (DNS rebinding), but cannot send another one.
    // Names below localhost are those of workspaces and stacks, whose pages have no business here.
    if (!namesMachine(host)) throw hostUnknown(host)
    if (request.method !== 'GET' && request.method !== 'HEAD') throw methodRefused(request.method ?? '')
    const url = URL.parse(`http://admin${request.url ?? '/'}`)
    if (url === null) throw badRequest('its target is no path')
    await give(asking, url)
  } catch (error) {
    const known = error instanceof MalformedMessage ? badRequest(error.fault) : error
    const catalogue: ErrorCatalogue = GATEWAY_ERRORS
    const { title = 'Internal error' } = catalogue[errorCode(known) ?? ''] ?? {}
    const problem = problemOf(known, { requestId: 'admin', title })
    send(response, { status: problem.status, type: 'application/problem+json', body: JSON.stringify(problem) })
  }
}

async function give({ request, response, source, trend }: Asking, url: URL): Promise<void> {
  const text = (body: string, status = 200) => send(response, { status, type: 'text/plain; charset=utf-8', body })
  switch (url.pathname) {
    case '/health':
      return text('ok\n')
    case '/ready':
      return source.isReady() ? text('ready\n') : text('not ready\n', 503)
    case '/metrics': {
      const body = exposition(await source.snapshot())
      return send(response, { type: 'text/plain; version=0.0.4; charset=utf-8', body })
    }
    case '/explain':
      return explainTo(response, url, await source.explain(askedBy(url)))
    case '/status.json':
    case '/status':
    case '/':
      return giveStatus({ request, response, source, trend }, url)
    default:
      throw noRoute(url.pathname)
  }
}

async function giveStatus({ request, response, source, trend }: Asking, url: URL): Promise<void> {
  const snapshot = await source.snapshot()
  trend.add(snapshot)
  const status = trend.status(snapshot)
  if (url.pathname === '/status.json') return send(response, { type: 'application/json', body: JSON.stringify(status) })
  const wished = url.searchParams.get('lang')
  const language = wished === 'ko' || wished === 'en' ? wished : preferredLanguage(request.headers['accept-language'])
  const headers = { 'Content-Security-Policy': STATUS_SECURITY_POLICY, 'Content-Language': language }
  send(response, { type: 'text/html; charset=utf-8', body: renderStatus(status, language), headers })
}

/** `?url=…&method=…&header=Name: value&from=…`; `&json` for machines. */
function askedBy({ searchParams }: URL): AskedRequest {
  const url = searchParams.get('url')
  if (url === null) throw badRequest('it does not say which URL to explain: "/explain?url=…"')
  const method = searchParams.get('method') ?? undefined
  const from = searchParams.get('from') ?? undefined
  return { url, method, from, headers: searchParams.getAll('header') }
}

function explainTo(response: ServerResponse, url: URL, explanation: Explanation): void {
  if (url.searchParams.has('json')) {
    send(response, { type: 'application/json', body: JSON.stringify(explanation) })
    return
  }
  send(response, { type: 'text/plain; charset=utf-8', body: `${explanationLines(explanation).join('\n')}\n` })
}

interface Sent {
  readonly status?: number
  readonly type: string
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

function send(response: ServerResponse, { status = 200, type, body, headers = {} }: Sent): void {
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    ...headers,
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
  })
  response.end(body)
}
