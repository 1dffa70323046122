/** http-proxy-3 as its documentation has it, with kept connections and the headers that all add. */
import { randomUUID } from 'node:crypto'
import { Agent, createServer } from 'node:http'
import { createProxyServer } from 'http-proxy-3'

const { PORT, REQUEST_PORT, LIVE_PORT } = process.env
const agent = new Agent({ keepAlive: true, maxFreeSockets: 256 })
const proxy = createProxyServer({ agent, xfwd: true })
const requests = `http://127.0.0.1:${REQUEST_PORT}`
const live = `http://127.0.0.1:${LIVE_PORT}`

const server = createServer((request, response) => {
  const id = randomUUID()
  request.headers['x-request-id'] = id
  response.setHeader('x-request-id', id)
  proxy.web(request, response, { target: request.url?.startsWith('/live') === true ? live : requests })
})
server.keepAliveTimeout = 600_000
server.on('upgrade', (request, socket, head) => {
  request.headers['x-request-id'] = randomUUID()
  proxy.ws(request, socket, head, { target: live })
})
proxy.on('error', () => undefined)
server.listen({ port: Number(PORT), host: '127.0.0.1', backlog: 4_096 })
