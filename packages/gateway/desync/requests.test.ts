import { once } from 'node:events'
import { expect, test } from 'vitest'
import { openTestGateway, RawClient, routeTo } from '../testing.ts'
import { FORWARDED_HEADS, REFUSED_HEADS } from './published-heads.ts'
import { openRecordingUpstream } from './recording-upstream.ts'
import { CASES } from './request-cases.ts'
import { outlineOf, readRequests } from './strict-reader.ts'

/** What an attacker would have somebody read as the next request. */
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n'
/** Nothing, chunks, and chunks that end at once, with a request behind them. */
const TAILS = ['', '5\r\nhello\r\n0\r\n\r\n', `0\r\n\r\n${SMUGGLED}`]
/** It ends the connection, whatever became of what is before it. */
const SECOND = 'GET /second HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'

test.for(REFUSED_HEADS)('nothing of %j is passed on', async (head) => {
  await using world = await openWorld()
  for (const bytes of withTails(head)) {
    const { received, passedOn } = await world.send(bytes)
    expect(passedOn).toEqual([])
    expect(received).toMatch(/^HTTP\/1\.1 (400|505) /)
    expect(received.match(/^HTTP\/1\.1 /gm)).toHaveLength(1)
    expect(received).toContain('\r\nConnection: close\r\n')
  }
})

test.for(FORWARDED_HEADS)('%j is passed on as the one message it is', async (head) => {
  await using world = await openWorld()
  for (const bytes of withTails(head)) {
    const { passedOn } = await world.send(bytes)
    const { requests } = readRequests(bytes)
    expect(passedOn).toEqual(outlineOf(requests))
  }
})

test.for(CASES)('$name', async ({ bytes, passes }) => {
  await using world = await openWorld()
  const { passedOn } = await world.send(bytes + SECOND)
  expect(passedOn).toEqual(passes)
})

async function openWorld() {
  await using releasers = new AsyncDisposableStack()
  const upstream = releasers.use(await openRecordingUpstream())
  const { port } = releasers.use(await openTestGateway([routeTo('/', upstream.port)]))
  const owned = releasers.move()
  return {
    /** Sends bytes that end with a request to close, and gives what came of them. */
    send: async (bytes: string) => {
      upstream.forget()
      await using client = await RawClient.open(port)
      const closed = once(client.socket, 'close')
      client.socket.once('end', () => client.socket.end())
      client.say(bytes)
      await closed
      return { received: client.received, passedOn: outlineOf(upstream.requests()) }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** A head with each tail and a second request; content as long as it says, with the smuggled request in it. */
function withTails(head: string): readonly string[] {
  const [first = '', ...lines] = head.split('\r\n')
  const whole = [first, 'Host: localhost', ...lines.filter((line) => !line.startsWith('Host:')), '', ''].join('\r\n')
  const length = /^content-length: *(\d{1,15}) *$/im.exec(head)?.[1]
  const tails = length === undefined || /^transfer/im.test(head) ? TAILS : [SMUGGLED.padEnd(Number(length), 'x')]
  return tails.map((tail) => `${whole}${length === undefined ? tail : tail.slice(0, Number(length))}${SECOND}`)
}
