import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { type Caller, createMcpServer, type Door } from '@portolan/operations'
import type { App } from '@portolan/service'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { callerOf } from './admission.ts'
import { hostRefused, methodRefused, originRefused } from './errors.ts'
import { signalOf } from './leaving.ts'

export interface McpRouteOptions {
  readonly doorFor: (caller: Caller) => Door
  /** Names beside the loopback ones, without ports. */
  readonly hosts: readonly string[]
  /** Origins of pages that may ask, such as `https://tools.example.com`. */
  readonly origins: readonly string[]
}

const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/**
 * Agents, over streamable HTTP (Model Context Protocol, 2025-06-18, "Transports"). Every message stands for itself: no
 * session is kept, so any server of a registry may answer any of them, and a restart is not noticed.
 */
export function addMcpRoute(app: App, { doorFor, hosts, origins }: McpRouteOptions): void {
  const names = new Set([...LOOPBACK_NAMES, ...hosts.map((name) => name.toLowerCase())])
  app.addHook('onRequest', async ({ headers, method }) => {
    if (!names.has(nameOf(headers.host ?? ''))) throw hostRefused()
    if (headers.origin !== undefined && !origins.includes(headers.origin)) throw originRefused()
    if (method !== 'POST') throw methodRefused(method)
  })
  app.route({
    method: ['GET', 'POST', 'DELETE'],
    url: '/mcp',
    handler: (request, reply) => answer(request, reply, doorFor),
  })
}

/** `Registry.example.com:8080` → `registry.example.com` (RFC 9110 §7.2) */
function nameOf(host: string): string {
  return host.replace(/:\d+$/, '').toLowerCase()
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  doorFor: McpRouteOptions['doorFor'],
): Promise<string> {
  const caller = callerOf(request)
  const { log } = request
  const signal = signalOf(reply)
  const onFailure = (error: unknown): void => log.error({ err: error }, 'a tool failed')
  const server = await createMcpServer({ door: doorFor(caller), role: caller.role, onFailure })
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
  const leave = (): void => {
    void server.close() // it ends what is under way for somebody who has gone, and has nothing to fail with
  }
  signal.addEventListener('abort', leave, { once: true })
  try {
    await server.connect(transport)
    const response = await transport.handleRequest(webRequestOf(request), { parsedBody: request.body })
    void reply.code(response.status)
    const type = response.headers.get('content-type')
    if (type !== null) void reply.header('content-type', type)
    return await response.text()
  } finally {
    signal.removeEventListener('abort', leave)
    await server.close()
  }
}

/** What the transport looks at: the headers alone, for the body has been read. */
function webRequestOf({ headers, method }: FastifyRequest): Request {
  const given = Object.entries(headers).flatMap(([name, value]): [string, string][] => {
    return typeof value === 'string' && name !== 'content-length' ? [[name, value]] : []
  })
  return new Request('http://localhost/mcp', { method, headers: given })
}
