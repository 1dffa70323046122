import { once } from 'node:events'
import { type ClientHttp2Session, connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2'
import { expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { eventually } from '../eventually.ts'
import { openTestUpstream } from '../testing.ts'
import { openTestHub } from './testing.ts'

async function ask(session: ClientHttp2Session, headers: OutgoingHttpHeaders): Promise<IncomingHttpHeaders> {
  const stream = session.request(headers)
  stream.end()
  const [answer] = await once(stream, 'response')
  stream.resume()
  return answer
}

test('over HTTP/2 a host is one of a workspace as well, its cookies in as many fields as the browser likes', async () => {
  const seen: (string | undefined)[] = []
  await using app = await openTestUpstream((request, response) => {
    seen.push(request.headers.cookie)
    response.writeHead(200, { 'set-cookie': ['a=1; Domain=hub.localhost', '__Host-portolan-session=x'] }).end()
  })
  await using hub = await openTestHub({
    workspaces: { alpha: { local: true, owner: 'user-1', siblings: [[5173, app.port]] } },
  })
  const browser = hub.browser(await hub.identity.signIn('user-1'))
  const host = hub.host(app.port, 'alpha')
  await browser.open(host)
  const client = connect(`http://127.0.0.1:${hub.port}`)
  try {
    const own = browser
      .cookies(host)
      .replace(/a=1(; )?/, '')
      .replace(/; $/, '')
    const asked = { ':path': '/', ':authority': host }
    const answer = await ask(client, { ...asked, cookie: ['theme=dark', own, '__Host-wealist-access=y'] })
    expect([answer[':status'], answer['set-cookie']]).toEqual([200, ['a=1']])
    expect(seen.at(-1)).toBe('theme=dark')
    expect((await ask(client, asked))[':status']).toBe(401)
    expect((await ask(client, { ...asked, cookie: [own, own] }))[':status']).toBe(401)
    expect((await ask(client, { ...asked, ':authority': '3000-a.b.hub.localhost' }))[':status']).toBe(421)
    const origin = hub.origin(5173, 'alpha')
    const preflight = { ...asked, ':method': 'OPTIONS', origin, 'access-control-request-method': 'PUT' }
    expect(await ask(client, preflight)).toMatchObject({ ':status': 204, 'access-control-allow-origin': origin })
  } finally {
    client.destroy()
  }
})

/** A text frame of a client, with a mask that changes nothing (RFC 6455 §5.2). */
function frameOf(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 + text.length, 0, 0, 0, 0]), Buffer.from(text)])
}

test('a WebSocket over HTTP/2 (RFC 8441) is let through by the same rules, and its app sees no cookie of ours', async () => {
  await using app = await openTestUpstream((_request, response) => response.end('app'))
  const seen: unknown[] = []
  new WebSocketServer({ server: app.server }).on('connection', (socket, { headers }) => {
    seen.push([headers.host, headers.cookie])
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
  })
  await using hub = await openTestHub({ workspaces: { alpha: { local: true, owner: 'user-1' } } })
  const browser = hub.browser(await hub.identity.signIn('user-1'))
  const host = hub.host(app.port, 'alpha')
  await browser.open(host)
  const client = connect(`http://127.0.0.1:${hub.port}`)
  try {
    await once(client, 'remoteSettings')
    const open = (headers: OutgoingHttpHeaders) =>
      client.request({
        ':method': 'CONNECT',
        ':protocol': 'websocket',
        ':path': '/live',
        ':authority': host,
        ...headers,
      })
    const statusOf = async (headers: OutgoingHttpHeaders) => (await once(open(headers), 'response'))[0][':status']
    const cookie = ['theme=dark', browser.cookies(host)]
    expect(await statusOf({})).toBe(401)
    expect(await statusOf({ cookie, origin: hub.origin(3000, 'evil') })).toBe(403)
    const socket = open({ cookie, origin: hub.origin(app.port, 'alpha') })
    let received = Buffer.alloc(0)
    socket.on('data', (piece: Buffer) => {
      received = Buffer.concat([received, piece])
    })
    expect((await once(socket, 'response'))[0][':status']).toBe(200)
    socket.write(frameOf('hello'))
    await eventually(() => received.subarray(2).toString()).toBe('hello')
    expect(seen).toEqual([[host, 'theme=dark']])
  } finally {
    client.destroy()
  }
})
