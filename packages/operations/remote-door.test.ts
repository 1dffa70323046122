import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { expect, test } from 'vitest'
import { RemoteDoor, type RemoteDoorOptions } from './remote-door.ts'

const NEED = { project: 'worb', environment: 'production' } as const

/** Somebody at the other end who answers as the test says. */
async function openOther(listener: RequestListener) {
  const other = createServer(listener).listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      other.closeAllConnections()
      other.close()
      await once(other, 'close')
    },
  }
}

function ask(url: string, more: Partial<RemoteDoorOptions> & { signal?: AbortSignal } = {}) {
  const { signal = AbortSignal.timeout(10_000), ...options } = more
  return new RemoteDoor({ url, key: 'k', ...options }).call('port_get', NEED, { signal })
}

test('a registry that is not there has done nothing', async () => {
  const other = await openOther(() => undefined)
  await other[Symbol.asyncDispose]()
  await expect(ask(other.url)).rejects.toMatchObject({
    code: 'OPERATIONS_SERVER_UNREACHABLE',
    details: { origin: other.url },
  })
  await expect(ask('http://nowhere.invalid')).rejects.toMatchObject({ code: 'OPERATIONS_SERVER_UNREACHABLE' })
  await expect(ask('not a url')).rejects.toMatchObject({ code: 'OPERATIONS_SERVER_UNREACHABLE' })
})

test('TLS to a port that speaks none has done nothing', async () => {
  await using plain = await openOther(() => undefined)
  const url = plain.url.replace('http:', 'https:')
  await expect(ask(url)).rejects.toMatchObject({ code: 'OPERATIONS_SERVER_UNREACHABLE' })
})

test('what fetch does not send by itself has done nothing either', async () => {
  await expect(ask('http://127.0.0.1:6000')).rejects.toMatchObject({ code: 'OPERATIONS_SERVER_UNREACHABLE' })
  await expect(ask('ftp://registry.example.com')).rejects.toMatchObject({ code: 'OPERATIONS_SERVER_UNREACHABLE' })
})

test('an answer without end is not read to its end', async () => {
  const ended = Promise.withResolvers<void>()
  await using endless = await openOther((_request, response) => {
    response.once('close', ended.resolve)
    const send = (): void => {
      if (response.destroyed) return
      response.write('x'.repeat(100_000), send)
    }
    send()
  })
  await expect(ask(endless.url, { answerLimitBytes: 500_000 })).rejects.toMatchObject({
    code: 'OPERATIONS_ANSWER_MALFORMED',
    message: expect.stringContaining('at most 500000 bytes'),
  })
  await ended.promise
})

test('one that breaks off, or takes too long, may have done it', async () => {
  await using rude = await openOther((request) => request.socket.destroy())
  await expect(ask(rude.url)).rejects.toMatchObject({ code: 'OPERATIONS_OUTCOME_UNKNOWN' })
  await using half = await openOther((_request, response) => {
    response.writeHead(200, { 'content-length': 100 }).write('{')
    response.socket?.end()
  })
  await expect(ask(half.url)).rejects.toMatchObject({ code: 'OPERATIONS_OUTCOME_UNKNOWN' })
  await using slow = await openOther(() => undefined)
  await expect(ask(slow.url, { answerTimeoutMs: 20 })).rejects.toMatchObject({ code: 'OPERATIONS_OUTCOME_UNKNOWN' })
})

test('being told to stop is the reason itself', async () => {
  const stop = new AbortController()
  await using slow = await openOther(() => stop.abort(new Error('enough')))
  await expect(ask(slow.url, { signal: stop.signal })).rejects.toThrow('enough')
})

test.for([
  ['a page', 200, '<html>hello</html>'],
  ['another answer', 200, '{"success": true}'],
  ['an error of somebody between', 502, '<html>Bad Gateway</html>'],
  ['a problem of somebody else', 404, '{"message": "no such route"}'],
  ['nothing', 204, ''],
] as const)('%s is not taken for an answer', async ([, status, text]) => {
  await using other = await openOther((_request, response) => void response.writeHead(status).end(text))
  await expect(ask(other.url)).rejects.toMatchObject({ code: 'OPERATIONS_ANSWER_MALFORMED' })
})

test('the key goes to the registry alone, and not after a redirect', async () => {
  const seen: (string | undefined)[] = []
  await using elsewhere = await openOther((request, response) => {
    seen.push(String(request.headers['x-api-key']))
    response.end()
  })
  await using other = await openOther(
    (_request, response) => void response.writeHead(307, { location: elsewhere.url }).end(),
  )
  await expect(ask(other.url)).rejects.toMatchObject({ code: 'OPERATIONS_ANSWER_MALFORMED' })
  expect(seen).toEqual([])
})

test('a refusal is told by its code, and the path before the routes is kept', async () => {
  const problem = { status: 409, code: 'REGISTRY_BAND_FULL', detail: 'The band is full.', details: { holders: [] } }
  const paths: (string | undefined)[] = []
  await using other = await openOther((request, response) => {
    paths.push(request.url)
    response.writeHead(409).end(JSON.stringify(problem))
  })
  await expect(ask(`${other.url}/registry/`)).rejects.toMatchObject({
    code: 'REGISTRY_BAND_FULL',
    status: 409,
    message: 'The band is full.',
    details: { holders: [] },
  })
  expect(paths).toEqual(['/registry/api/port/get'])
})
