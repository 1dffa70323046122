import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { type Caller, createMcpServer, type Door } from '@portolan/operations'
import type { App } from '@portolan/service'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { callerOf } from './admission.ts'
import { batchRefused, hostRefused, methodRefused, originRefused } from './errors.ts'
import { type HostNames, isHostName } from './host-check.ts'
import { signalOf } from './leaving.ts'

export interface McpRouteOptions {
  readonly doorFor: (caller: Caller) => Door
  readonly names: HostNames
  /** Origins of pages that may ask, such as `https://tools.example.com`. */
  readonly origins: readonly string[]
}

const BODY_LIMIT_BYTES = 1_048_576

/**
 * Agents, over streamable HTTP (Model Context Protocol, 2025-06-18, "Transports"). Every message stands for itself: no
 * session is kept, so any server of a registry may answer any of them, and a restart is not noticed.
 */
export function addMcpRoute(app: App, { doorFor, names, origins }: McpRouteOptions): void {
  app.addHook('onRequest', async ({ headers, method }) => {
    if (!isHostName(names, headers.host)) throw hostRefused()
    if (headers.origin !== undefined && !origins.includes(headers.origin)) throw originRefused()
    if (method !== 'POST') throw methodRefused(method)
  })
  app.route({
    method: ['GET', 'POST', 'DELETE'],
    url: '/mcp',
    bodyLimit: BODY_LIMIT_BYTES,
    handler: (request, reply) => answer(request, reply, doorFor),
  })
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  doorFor: McpRouteOptions['doorFor'],
): Promise<string> {
  // The protocol has dropped batches (2025-06-18): each would count as one request and cost as many as it holds.
  if (Array.isArray(request.body)) throw batchRefused()
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
