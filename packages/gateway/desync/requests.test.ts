import { once } from 'node:events'
import { expect, test } from 'vitest'
import { openTestGateway, RawClient, routeTo } from '../testing.ts'
import { SECOND, withTails } from './attack-bytes.ts'
import { FORWARDED_HEADS, REFUSED_HEADS } from './published-heads.ts'
import { openRecordingUpstream } from './recording-upstream.ts'
import { CASES } from './request-cases.ts'
import { outlineOf, readRequests } from './strict-reader.ts'

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
