import { once } from 'node:events'
import { createServer, type IncomingMessage, request as openRequest } from 'node:http'
import { createServer as createNetServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import { eventually } from './eventually.ts'
import { openTestGateway, openTestSocketServer, openTestUpstream, RawClient, routeTo } from './testing.ts'

/** Answers with what arrived, as JSON. */
function openMirror() {
  return openTestUpstream((request, response) => {
    request
      .setEncoding('utf8')
      .reduce((text: string, chunk: string) => text + chunk, '')
      .then(
        (body) => {
          const { method, url, rawHeaders, rawTrailers } = request
          response.end(JSON.stringify({ method, url, rawHeaders, rawTrailers, body }))
        },
        () => response.destroy(),
      )
  })
}

test('a request and its answer pass with method, path, query, status, headers and content', async () => {
  await using upstream = await openTestUpstream((request, response) => {
    response.writeHead(418, 'Short And Stout', ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Url', request.url ?? ''])
    request.pipe(response)
  })
  await using world = await openTestGateway([routeTo('/api', upstream.port)])
  const answer = await fetch(`${world.url}/api/x?q=%zz`, { method: 'POST', body: 'hello' })
  expect(answer.status).toBe(418)
  expect(answer.statusText).toBe('Short And Stout')
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect(answer.headers.get('x-url')).toBe('/api/x?q=%zz')
  expect(await answer.text()).toBe('hello')
})

test('the path that is matched is the path that is sent', async () => {
  await using mirror = await openMirror()
  await using world = await openTestGateway([routeTo('/api', mirror.port)])
  await using client = await RawClient.open(world.port)
  client.say('GET //x/%2e%2e/%61pi/./y%2fz?a=//.. HTTP/1.1\r\nHost: example.com\r\n\r\n')
  await eventually(() => client.received).toContain('"url":"/api/y%2Fz?a=//.."')
})

test('headers of one hop, headers named by Connection, names with "_" and forged forwarding headers stop here', async () => {
  await using mirror = await openMirror()
  await using world = await openTestGateway([routeTo('/', mirror.port)])
  await using client = await RawClient.open(world.port)
  client.say(
    'GET / HTTP/1.1\r\nHost: board.example.com\r\nConnection: keep-alive, X-Secret\r\nX-Secret: 1\r\nTE: trailers\r\n' +
      'Keep-Alive: timeout=9\r\nProxy-Connection: close\r\nUpgrade: h2c\r\nX_Forwarded_For: 192.0.2.1\r\n' +
      'X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example.com\r\n' +
      'Proxy: http://192.0.2.1\r\nX-Forwarded-Port: 1\r\nForwarded: for=192.0.2.1\r\nX-Real-IP: 192.0.2.1\r\nX-Kept: yes\r\n\r\n',
  )
  await eventually(() => client.received).toContain('rawHeaders')
  const { rawHeaders }: { rawHeaders: string[] } = JSON.parse(/{.*}/.exec(client.received)?.[0] ?? '')
  const headers = rawHeaders.map((text, index) => (index % 2 === 0 ? text.toLowerCase() : text))
  expect(headers.slice(0, -4)).toEqual(
    ['host', 'board.example.com', 'x-kept', 'yes', 'x-forwarded-for', '127.0.0.1', 'x-forwarded-proto', 'http'].concat([
      'x-forwarded-host',
      'board.example.com',
    ]),
  )
  expect(headers.slice(-4)).toEqual(['x-request-id', expect.any(String), 'connection', 'keep-alive'])
})

test('headers of one hop in the answer stop here too', async () => {
  await using upstream = await openTestSocketServer(createNetServer(), (socket) => {
    socket.end(
      'HTTP/1.1 200 OK\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: a\r\nX-End: 2\r\nContent-Length: 2\r\n\r\nok',
    )
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  const { headers } = await fetch(world.url)
  expect([...headers.keys()].toSorted()).toEqual([
    'connection',
    'content-length',
    'date',
    'keep-alive',
    'x-end',
    'x-request-id',
  ])
  expect(headers.get('keep-alive')).toBe('timeout=65')
})

test.for([
  ['abcDEF_-90', true],
  ['short', false],
  ['has space in it', false],
  ['x'.repeat(65), false],
] as const)('the incoming request id "%s" is kept: %s', async ([id, isKept]) => {
  await using mirror = await openMirror()
  await using world = await openTestGateway([routeTo('/', mirror.port)])
  const answer = await fetch(world.url, { headers: { 'x-request-id': id } })
  const answered = answer.headers.get('x-request-id') ?? ''
  expect(answered === id).toBe(isKept)
  expect(answered).toMatch(/^[\w-]{8,64}$/)
  expect(await answer.text()).toContain(`"X-Request-Id","${answered}"`)
})

test('HEAD, 204 and 304 have no content and leave the connection usable', async () => {
  await using upstream = await openTestUpstream((request, response) => {
    const status = Number(request.headers['x-status'])
    response.writeHead(status, status === 200 ? { 'content-length': '5' } : { etag: '"1"' })
    response.end(request.method === 'HEAD' || status !== 200 ? undefined : 'hello')
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await RawClient.open(world.port)
  const ask = (method: string, status: number) =>
    client.say(`${method} / HTTP/1.1\r\nHost: a\r\nX-Status: ${status}\r\n\r\n`)
  ask('HEAD', 200)
  ask('GET', 204)
  ask('GET', 304)
  ask('GET', 200)
  await eventually(() => client.received).toMatch(/hello$/)
  const heads = client.received.split('HTTP/1.1 ').slice(1)
  expect(heads.map((head) => head.slice(0, 3))).toEqual(['200', '204', '304', '200'])
  expect(heads[0]).toMatch(/content-length: 5/i)
  expect(heads[1]).not.toMatch(/content-length|transfer-encoding/i)
  expect(heads[2]).not.toMatch(/transfer-encoding/i)
  expect(heads.slice(0, 3).every((head) => head.endsWith('\r\n\r\n'))).toBe(true)
})

test('a service decides by 100 Continue whether the content is sent', async () => {
  await using upstream = await openTestUpstream(() => undefined)
  upstream.server.on('checkContinue', (request: IncomingMessage, response) => {
    if (request.url === '/no') response.writeHead(403).end()
    else {
      response.writeContinue()
      request.pipe(response)
    }
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  const head = (path: string) => `POST ${path} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n`
  await using welcome = await RawClient.open(world.port)
  welcome.say(head('/'))
  await eventually(() => welcome.received).toBe('HTTP/1.1 100 Continue\r\n\r\n')
  welcome.say('ok')
  await eventually(() => welcome.received).toMatch(/200 OK[\s\S]*ok\r\n/)
  await using refused = await RawClient.open(world.port)
  refused.say(head('/no'))
  await eventually(() => refused.received).toMatch(/^HTTP\/1\.1 403 /)
})

test('early hints pass', async () => {
  await using upstream = await openTestUpstream((_request, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' })
    response.end('ok')
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await RawClient.open(world.port)
  client.say('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await eventually(() => client.received).toMatch(
    /^HTTP\/1.1 103 Early Hints\r\nLink: <\/style[\s\S]*?\r\n\r\nHTTP\/1.1 200/,
  )
})

test('trailers pass both ways', async () => {
  await using upstream = await openTestUpstream((request, response) => {
    response.writeHead(200, { trailer: 'x-sum' })
    request.resume().once('end', () => {
      response.write(`got ${request.trailers['x-up']}`)
      response.addTrailers({ 'x-sum': '42' })
      response.end()
    })
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await RawClient.open(world.port)
  client.say(
    'POST / HTTP/1.1\r\nHost: a\r\nTrailer: X-Up\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Up: 7\r\n\r\n',
  )
  await eventually(() => client.received).toMatch(/trailer: x-sum[\s\S]*got 7\r\n0\r\nx-sum: 42\r\n\r\n$/i)
})

test('an HTTP/1.0 client gets an answer without chunks that ends with the connection', async () => {
  await using upstream = await openTestUpstream((_request, response) => {
    response.write('one ')
    response.end('two')
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  await using client = await RawClient.open(world.port)
  client.say('GET / HTTP/1.0\r\n\r\n')
  await eventually(() => client.end).toBe('ended')
  expect(client.received).toMatch(/\r\n\r\none two$/)
  expect(client.received).not.toMatch(/transfer-encoding/i)
})

test('the absolute form names the host that counts', async () => {
  await using mirror = await openMirror()
  await using world = await openTestGateway([routeTo('/', mirror.port)])
  await using client = await RawClient.open(world.port)
  client.say('GET http://real.example.com/x HTTP/1.1\r\nHost: other.example.com\r\n\r\n')
  await eventually(() => client.received).toMatch(/"url":"\/x".*"Host","real.example.com".*"X-Forwarded-Host","real/)
})

test('a kept connection that dies under a GET is replaced unseen; under a POST it is never used', async () => {
  const requestsBySocket: string[][] = []
  await using upstream = await openTestSocketServer(createNetServer(), (socket) => {
    const requests: string[] = []
    requestsBySocket.push(requests)
    socket.on('data', (bytes) => {
      requests.push(bytes.toString('latin1').split(' ', 1)[0] ?? '')
      // The second request on a connection meets a server that has just closed it.
      if (requests.length > 1) socket.resetAndDestroy()
      else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    })
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  for (const method of ['GET', 'GET', 'POST', 'DELETE']) {
    const answer = await fetch(world.url, { method })
    expect(`${method} ${answer.status} ${await answer.text()}`).toBe(`${method} 200 ok`)
  }
  expect(requestsBySocket.flat().toSorted()).toEqual(['DELETE', 'DELETE', 'GET', 'GET', 'GET', 'POST'])
})

test('a new connection that dies is not tried again', async () => {
  let count = 0
  await using upstream = await openTestSocketServer(createNetServer(), (socket) => {
    count += 1
    socket.once('data', () => socket.destroy())
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  const answer = await fetch(world.url)
  expect(answer.status).toBe(502)
  expect(await answer.json()).toMatchObject({ code: 'GATEWAY_UPSTREAM_CLOSED', details: { service: 'board' } })
  expect(count).toBe(1)
})

test('a dead service, a silent one and one that speaks nonsense each have their code', async () => {
  await using dead = await openTestSocketServer(createNetServer(), () => undefined)
  const { port: closedPort } = dead
  await dead[Symbol.asyncDispose]()
  await using silent = await openTestSocketServer(createNetServer(), () => undefined)
  await using nonsense = await openTestSocketServer(createNetServer(), (socket) => {
    socket.write('SSH-2.0-nonsense\r\n')
  })
  const routes = [routeTo('/dead', closedPort), routeTo('/silent', silent.port), routeTo('/nonsense', nonsense.port)]
  await using world = await openTestGateway(routes, { timeouts: { responseMs: 100 } })
  const codeAt = async (path: string) => {
    const answer = await fetch(world.url + path)
    const { code, requestId } = Object(await answer.json())
    expect(requestId).toBe(answer.headers.get('x-request-id'))
    return [answer.status, code]
  }
  expect(await codeAt('/dead')).toEqual([502, 'GATEWAY_UPSTREAM_UNREACHABLE'])
  expect(await codeAt('/silent')).toEqual([504, 'GATEWAY_UPSTREAM_TIMEOUT'])
  expect(await codeAt('/nonsense')).toEqual([502, 'GATEWAY_UPSTREAM_INVALID'])
})

test('an answer whose coding cannot be passed on is invalid', async () => {
  await using upstream = await openTestSocketServer(createNetServer(), (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n')
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  const answer = await fetch(world.url)
  expect(await answer.json()).toMatchObject({ status: 502, code: 'GATEWAY_UPSTREAM_INVALID' })
})

test('an answer that comes before the upload has ended reaches the client', async () => {
  await using upstream = await openTestUpstream((_request, response) => {
    response.writeHead(413).end('too large')
  })
  await using world = await openTestGateway([routeTo('/', upstream.port)])
  const outgoing = openRequest(world.url, { method: 'POST' })
  outgoing.on('error', () => outgoing.destroy())
  outgoing.write('a')
  const [incoming] = await once(outgoing, 'response')
  expect(incoming.statusCode).toBe(413)
  outgoing.destroy()
})

const hasIpV6 = Object.values(networkInterfaces()).some((addresses) =>
  addresses?.some(({ address }) => address === '::1'),
)

test.runIf(hasIpV6)('a service that listens on IPv6 alone is reached', async () => {
  const server = createServer((_request, response) => response.end('six'))
  await using _closing = { [Symbol.asyncDispose]: async () => void server.close() }
  server.listen(0, '::1')
  await once(server, 'listening')
  const port = Number(Object(server.address()).port)
  await using world = await openTestGateway([routeTo('/', port, { target: { host: '::1', port } })])
  expect(await (await fetch(world.url)).text()).toBe('six')
})
