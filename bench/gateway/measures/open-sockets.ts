import { once } from 'node:events'
import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { headerLines, type StartedProxy } from '../proxies/proxy.ts'

/** How many connections are being opened at a time. */
const AT_A_TIME = 50

/** WebSockets through a proxy, open. */
export async function openWebSockets({ port, headersOf }: StartedProxy, count: number): Promise<readonly WebSocket[]> {
  return openMany(count, async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/live/echo`, {
      perMessageDeflate: false,
      headers: headersOf?.('/live/echo') ?? {},
    })
    await once(socket, 'open')
    return socket
  })
}

/** Connections that have carried one request, and are kept. */
export async function openIdleConnections(proxy: StartedProxy, count: number) {
  return openMany(count, async () => {
    const socket = connect({ port: proxy.port, host: '127.0.0.1' })
    socket.write(`GET /api/ships HTTP/1.1\r\n${headerLines(proxy, '/api/ships')}\r\n`)
    await once(socket, 'data')
    return socket
  })
}

async function openMany<Opened>(count: number, open: () => Promise<Opened>): Promise<readonly Opened[]> {
  const opened: Opened[] = []
  for (let left = count; left > 0; left -= AT_A_TIME) {
    opened.push(...(await Promise.all(Array.from({ length: Math.min(left, AT_A_TIME) }, open))))
  }
  return opened
}
