/** @fastify/http-proxy as its documentation has it, with kept connections and the headers that all add. */
import { randomUUID } from 'node:crypto'
import httpProxy from '@fastify/http-proxy'
import fastify from 'fastify'

const { PORT, REQUEST_PORT, LIVE_PORT } = process.env
const app = fastify({ keepAliveTimeout: 600_000, genReqId: () => randomUUID() })

app.addHook('onSend', async (request, reply) => {
  reply.header('x-request-id', request.id)
})
const replyOptions: httpProxy.FastifyHttpProxyOptions['replyOptions'] = {
  rewriteRequestHeaders: (request, headers) => ({
    ...headers,
    'x-forwarded-for': request.socket.remoteAddress,
    'x-forwarded-proto': 'http',
    'x-forwarded-host': request.headers.host,
    'x-request-id': request.id,
  }),
}
const undici = { connections: 256, pipelining: 1, keepAliveTimeout: 600_000 }
await app.register(httpProxy, {
  upstream: `http://127.0.0.1:${REQUEST_PORT}`,
  prefix: '/api',
  rewritePrefix: '/api',
  replyOptions,
  undici,
})
await app.register(httpProxy, {
  upstream: `http://127.0.0.1:${LIVE_PORT}`,
  prefix: '/live',
  rewritePrefix: '/live',
  websocket: true,
  replyOptions,
  undici: { ...undici, bodyTimeout: 0, connections: 20_000 },
})
await app.listen({ port: Number(PORT), host: '127.0.0.1', backlog: 4_096 })
