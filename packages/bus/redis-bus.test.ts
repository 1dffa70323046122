import { createClient } from 'redis'
import { afterAll, describe, expect, test } from 'vitest'
import { type BusWorld, registerBusContract } from './bus.contract.ts'
import type { JsonValue } from './bus.ts'
import { chatRoomChannel, chatRoomUsers, REDIS_DATABASES } from './key-names.ts'
import { openBus } from './open-bus.ts'
import { findRedisServer, openTestRedis, type TestRedis } from './testing.ts'

const waiting = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(20_000) })
const logger = { info: (): void => undefined, warn: (): void => undefined }
const command = findRedisServer()

if (command === undefined) {
  const reason = 'NOT TESTED: no redis-server is installed, so the bus on Redis was not tried'
  console.warn(reason)
  test(reason, ({ skip }) => skip(reason))
} else {
  const redis = await openTestRedis(command)
  afterAll(() => redis[Symbol.asyncDispose]())
  registerBusContract('the bus on Redis', async () => worldOf(redis))
  describe('on Redis only', () => registerRedisTests(redis))
}

function worldOf(redis: TestRedis): BusWorld {
  return {
    port: redis.port,
    url: redis.url(),
    kill: () => redis.stop('SIGKILL'),
    start: () => redis.start(),
    countConnections: async () => {
      const clients = await withClient(redis.url(), (client) => client.sendCommand<unknown>(['CLIENT', 'LIST']))
      return String(clients).split('name=portolan-bus').length - 1
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}

const clientOf = (url: string) => createClient({ url, RESP: 3 })

async function withClient<Result>(
  url: string,
  work: (client: ReturnType<typeof clientOf>) => Promise<Result>,
): Promise<Result> {
  const client = clientOf(url)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

function registerRedisTests(redis: TestRedis): void {
  test('keys and channels are those of the infrastructure guide, in the database of the service', async () => {
    await using chat = await openBus(redis.url(REDIS_DATABASES.chat), { logger }, waiting())
    await using board = await openBus(redis.url(REDIS_DATABASES.board), { logger }, waiting())
    await chat.presence.enter(chatRoomUsers('42'), 'mina', { ttlMs: 60_000 })
    await board.counters.count('cards:mina', { windowMs: 60_000, limit: 5 })
    expect(await board.presence.list(chatRoomUsers('42'))).toEqual([])
    const keysOf = (database: number): Promise<readonly string[]> =>
      withClient(redis.url(database), (client) => client.keys('*'))
    expect(await keysOf(2)).toEqual(['chat:room:42:users'])
    expect(await keysOf(1)).toEqual(['rate:cards:mina'])
    const ttlMs = await withClient(redis.url(2), (client) => client.pTTL('chat:room:42:users'))
    expect(ttlMs).toBeGreaterThan(50_000)
    expect(ttlMs).toBeLessThanOrEqual(60_000)
  })

  test('a channel carries plain JSON over all databases, from and to other programs; what is none is a gap', async () => {
    await using bus = await openBus(redis.url(3), { logger }, waiting())
    const events: JsonValue[] = []
    const onGap = ({ reason }: { reason: string }): void => void events.push(reason)
    await bus.subscribe(chatRoomChannel('42'), (message) => void events.push(message), { onGap })
    await withClient(redis.url(0), async (client) => {
      await client.publish('chat:room:42', '{"text":"hello"}')
      await client.publish('chat:room:42', 'not json')
    })
    await expect.poll(() => events).toEqual([{ text: 'hello' }, 'message-lost'])
  })

  test('what Redis refuses is an error with a code, and the bus goes on', async () => {
    await using bus = await openBus(redis.url(), { logger }, waiting())
    await withClient(redis.url(), (client) => client.set('taken', 'by another program'))
    const refused = { code: 'BUS_STORE_REFUSED' }
    await expect(bus.presence.list('taken')).rejects.toMatchObject(refused)
    await expect(bus.presence.leave('taken', 'x')).rejects.toMatchObject(refused)
    expect(await bus.presence.list('free')).toEqual([])
    expect(bus.isConnected).toBe(true)
  })

  test('a lost script cache costs nothing', async () => {
    await using bus = await openBus(redis.url(), { logger }, waiting())
    await withClient(redis.url(), (client) => client.scriptFlush())
    expect(await bus.counters.count('after a flush', { windowMs: 1_000, limit: 1 })).toMatchObject({ count: 1 })
  })

  test.for([
    ['redis://127.0.0.1/chat'],
    ['redis://127.0.0.1:0/1'],
    ['redis://:100%@127.0.0.1/1'],
    ['redis://127.0.0.1/1?db=2'],
    ['redis://'],
  ])('the URL %s is refused', async ([url = '']) => {
    await expect(openBus(url, { logger }, waiting())).rejects.toMatchObject({ code: 'BUS_URL_INVALID' })
  })

  test('a wrong password is an error with a code that does not tell it', async () => {
    const url = redis.url().replace('//', '//:wrong-secret@')
    await withClient(redis.url(), (client) => client.configSet('requirepass', 'right-secret'))
    try {
      const error: unknown = await openBus(url, { logger }, waiting()).catch((cause: unknown) => cause)
      expect(error).toMatchObject({ code: 'BUS_UNREACHABLE' })
      expect(JSON.stringify(error) + String(error)).not.toContain('wrong-secret')
    } finally {
      await withClient(redis.url().replace('//', '//:right-secret@'), (client) => client.configSet('requirepass', ''))
    }
  })
}
