import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { openTestGateway, openTestUpstream, RawClient, routeTo } from '../testing.ts'
import type { HoldLimits } from './upstream-declaration.ts'

/** A development server that can go away and come back. */
async function openWorld(hold: Partial<HoldLimits>) {
  await using releasers = new AsyncDisposableStack()
  const first = releasers.use(await openTestUpstream((_, response) => response.end('before')))
  const upstreams = [{ name: 'web', target: { host: '127.0.0.1', port: first.port }, hold }]
  const route = { ...routeTo('/', 1, { service: 'web' }), target: { upstream: 'web' } }
  const world = releasers.use(await openTestGateway([route], { upstreams }))
  const heard: string[] = []
  let again: Server | undefined
  releasers.defer(async () => {
    again?.close().closeAllConnections()
  })
  const comeBack = async (): Promise<void> => {
    again = createServer((request, response) => {
      request.setEncoding('utf8')
      let content = ''
      request.on('data', (piece: string) => {
        content += piece
      })
      request.on('end', () => {
        heard.push(`${request.url} ${content}`.trim())
        response.end('after')
      })
    }).listen(first.port, '127.0.0.1')
    await once(again, 'listening')
  }
  const owned = releasers.move()
  return {
    ...world,
    heard,
    goAway: async () => {
      await first[Symbol.asyncDispose]()
    },
    comeBack,
    waitingCount: () => world.gateway.upstreamStates()[0]?.waitingCount,
    ask: async (path: string, init: RequestInit = {}) => (await fetch(`${world.url}${path}`, init)).text(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

test('requests wait while their service restarts, and go on in their order', async () => {
  await using world = await openWorld({ forMs: 10_000 })
  expect(await world.ask('/')).toBe('before')
  await world.goAway()
  const answers: Promise<string>[] = []
  for (const [index, body] of ['one', 'two', 'three'].entries()) {
    answers.push(world.ask(`/${index}`, { method: 'POST', body }))
    await eventually(world.waitingCount).toBe(index + 1)
  }
  await world.comeBack()
  expect(await Promise.all(answers)).toEqual(['after', 'after', 'after'])
  expect(world.heard).toEqual(['/0 one', '/1 two', '/2 three'])
})

test('a large upload that waits is not read before it can be sent', async () => {
  await using world = await openWorld({ forMs: 10_000 })
  await world.goAway()
  const body = 'x'.repeat(5_000_000)
  const answer = world.ask('/upload', { method: 'PUT', body })
  await eventually(world.waitingCount).toBe(1)
  await world.comeBack()
  expect(await answer).toBe('after')
  expect(world.heard[0]).toHaveLength('/upload '.length + body.length)
})

test('who has waited long enough is told when to come again; who comes later does not wait at all', async () => {
  await using world = await openWorld({ forMs: 300 })
  await world.goAway()
  const waited = await fetch(world.url)
  expect([waited.status, waited.headers.get('retry-after')]).toEqual([503, '1'])
  expect(await waited.json()).toMatchObject({ code: 'GATEWAY_UPSTREAM_RESTARTING' })
  const startedMs = performance.now()
  expect((await fetch(world.url)).status).toBe(503)
  expect(performance.now() - startedMs).toBeLessThan(250)
  await world.comeBack()
  await eventually(() => world.gateway.upstreamStates()[0]?.isHolding).toBe(false)
  expect(await world.ask('/')).toBe('after')
})

test('so many may wait, and no more', async () => {
  await using world = await openWorld({ forMs: 10_000, mostRequests: 1 })
  await world.goAway()
  const first = world.ask('/first')
  await eventually(world.waitingCount).toBe(1)
  expect((await fetch(world.url)).status).toBe(503)
  await world.comeBack()
  expect(await first).toBe('after')
})

test('who leaves while he waits is forgotten', async () => {
  await using world = await openWorld({ forMs: 10_000 })
  await world.goAway()
  await using client = await RawClient.open(world.port)
  client.say('GET /left HTTP/1.1\r\nHost: a\r\n\r\n')
  await eventually(world.waitingCount).toBe(1)
  client.socket.destroy()
  await eventually(world.waitingCount).toBe(0)
  await world.comeBack()
  await eventually(() => world.gateway.upstreamStates()[0]?.isHolding).toBe(false)
  expect(world.heard).toEqual([])
})

test('requests wait as long as whoever runs the service says that it restarts', async () => {
  await using world = await openWorld({ forMs: 10_000 })
  world.gateway.announceRestart('web', true)
  const answer = world.ask('/')
  await eventually(world.waitingCount).toBe(1)
  world.gateway.announceRestart('web', false)
  expect(await answer).toBe('before')
})
