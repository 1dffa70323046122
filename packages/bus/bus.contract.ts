import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { errorCode } from '@portolan/errors'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Bus, BusLogger, Gap, JsonValue } from './bus.ts'
import { MESSAGE_LIMIT_BYTES } from './message.ts'
import { type BusOptions, openBus } from './open-bus.ts'
import { openSilenceableProxy } from './testing.ts'

/** A real store that the contract may kill. */
export interface BusWorld extends AsyncDisposable {
  readonly port: number
  readonly url: string
  /** kill -9 */
  kill(): Promise<void>
  start(): Promise<void>
  /** How many connections of a bus the store sees. */
  countConnections(): Promise<number>
}

const waiting = (): { readonly signal: AbortSignal } => ({ signal: AbortSignal.timeout(20_000) })
const QUICK = { callTimeoutMs: 1_000, heartbeatMs: 100 } as const satisfies Partial<BusOptions>

class RecordingLogger implements BusLogger {
  readonly codes: (string | undefined)[] = []
  readonly info = (): void => undefined
  readonly warn = (fields: object): void => {
    this.codes.push('err' in fields ? errorCode(fields.err) : undefined)
  }
}

interface Seen {
  readonly messages: JsonValue[]
  readonly gaps: Gap['reason'][]
}

async function watch(bus: Bus, channel: string): Promise<Seen> {
  const seen: Seen = { messages: [], gaps: [] }
  const handler = (message: JsonValue): void => void seen.messages.push(message)
  await bus.subscribe(channel, handler, { onGap: ({ reason }) => void seen.gaps.push(reason) })
  return seen
}

const ignoreGap = (): void => undefined

/** What every bus keeps, whatever store it is on. */
export function registerBusContract(name: string, openWorld: () => Promise<BusWorld>): void {
  describe(name, () => {
    let world: BusWorld
    beforeAll(async () => {
      world = await openWorld()
    })
    afterAll(() => world[Symbol.asyncDispose]())
    const open = (options: Partial<BusOptions> = {}, url = world.url): Promise<Bus> =>
      openBus(url, { logger: new RecordingLogger(), ...options }, waiting())

    test('a message reaches every subscriber, on the own connection and on another', async () => {
      await using here = await open()
      await using there = await open()
      const channel = randomUUID()
      const all = [await watch(here, channel), await watch(there, channel), await watch(there, channel)]
      const message = { text: 'Grüße, 안녕 \u0000 \ud83d\ude00 "\\', list: [1, null, true, { deep: -0.5 }] }
      await here.publish(channel, message)
      for (const seen of all) await expect.poll(() => seen.messages).toEqual([message])
    })

    test('messages of one publisher keep their order, also between small and large ones', async () => {
      await using publisher = await open()
      await using subscriber = await open()
      const channel = randomUUID()
      const seen = await watch(subscriber, channel)
      const padding = 'x'.repeat(100_000)
      const sent = Array.from({ length: 300 }, (_, index) => (index % 30 === 7 ? { index, padding } : { index }))
      await Promise.all(sent.map((message) => publisher.publish(channel, message)))
      await expect.poll(() => seen.messages.length).toBe(sent.length)
      expect(seen.messages).toEqual(sent)
      expect(seen.gaps).toEqual([])
    })

    test('equal messages in a row all arrive', async () => {
      await using bus = await open()
      const channel = randomUUID()
      const seen = await watch(bus, channel)
      await Promise.all(Array.from({ length: 5 }, () => bus.publish(channel, 'again')))
      await expect.poll(() => seen.messages.length).toBe(5)
    })

    test('a message of the largest size arrives, one byte more is refused, and so is what is no JSON', async () => {
      await using bus = await open()
      const channel = randomUUID()
      const seen = await watch(bus, channel)
      const largest = 'é'.repeat((MESSAGE_LIMIT_BYTES - 2) / 2)
      await bus.publish(channel, largest)
      await expect.poll(() => seen.messages.length).toBe(1)
      expect(seen.messages[0] === largest).toBe(true)
      await expect(bus.publish(channel, `${largest}x`)).rejects.toMatchObject({ code: 'BUS_MESSAGE_TOO_LARGE' })
      const nothing: Record<string, JsonValue> = {}
      nothing.itself = nothing
      await expect(bus.publish(channel, nothing)).rejects.toMatchObject({ code: 'BUS_MESSAGE_INVALID' })
    })

    test.for([
      `'; drop table bus_presence; --`,
      '"quoted" \\ $1 %s',
      'line\nbreak\r\n\ttab \u0001',
      '*',
      '__proto__',
      'CaseMatters',
      ' 안녕하세요 😀 ',
      '\u0001'.repeat(512),
    ])('the name %j is a name like any other', async (hostile) => {
      await using bus = await open()
      const seen = await watch(bus, hostile)
      const others = await watch(bus, hostile.toLowerCase() === hostile ? `${hostile}`.slice(1) || 'x' : 'casematters')
      await bus.publish(hostile, hostile)
      await expect.poll(() => seen.messages).toEqual([hostile])
      expect(others.messages).toEqual([])
      const room = `room ${hostile}`.slice(0, 512)
      await bus.presence.enter(room, hostile, { ttlMs: 60_000 })
      expect(await bus.presence.list(room)).toEqual([hostile])
      await bus.presence.leave(room, hostile)
      expect(await bus.presence.list(room)).toEqual([])
      expect(await bus.counters.count(hostile, { windowMs: 60_000, limit: 1 })).toMatchObject({ isOver: false })
      expect(await bus.counters.count(hostile, { windowMs: 60_000, limit: 1 })).toMatchObject({ isOver: true })
    })

    test.for(['', 'with \0', '\ud800', 'é'.repeat(257)])('the name %j is refused', async (wrong) => {
      await using bus = await open()
      const refused = { code: 'BUS_NAME_INVALID' }
      await expect(bus.publish(wrong, 1)).rejects.toMatchObject(refused)
      await expect(bus.subscribe(wrong, ignoreGap, { onGap: ignoreGap })).rejects.toMatchObject(refused)
      await expect(bus.presence.enter('room', wrong, { ttlMs: 1 })).rejects.toMatchObject(refused)
      await expect(bus.presence.list(wrong)).rejects.toMatchObject(refused)
      await expect(bus.presence.list('rate:x')).rejects.toMatchObject(refused)
      await expect(bus.counters.reset(wrong)).rejects.toMatchObject(refused)
    })

    test('numbers out of range are refused', async () => {
      await using bus = await open()
      const refused = { code: 'BUS_OPTION_INVALID' }
      for (const ttlMs of [0, -1, 0.5, Number.NaN, 86_400_001]) {
        await expect(bus.presence.enter('room', 'a', { ttlMs })).rejects.toMatchObject(refused)
      }
      await expect(bus.counters.count('key', { windowMs: 0, limit: 1 })).rejects.toMatchObject(refused)
      await expect(bus.counters.count('key', { windowMs: 1, limit: 1_001 })).rejects.toMatchObject(refused)
    })

    test('a handler that throws is logged, and the next message goes on', async () => {
      const logger = new RecordingLogger()
      await using bus = await open({ logger })
      const channel = randomUUID()
      const seen: JsonValue[] = []
      const handler = async (message: JsonValue): Promise<void> => {
        seen.push(message)
        await Promise.reject(new Error('broken handler'))
      }
      await bus.subscribe(channel, handler, { onGap: ignoreGap })
      await bus.publish(channel, 1)
      await bus.publish(channel, 2)
      await expect.poll(() => seen).toEqual([1, 2])
      await expect.poll(() => logger.codes).toEqual(['BUS_HANDLER_FAILED', 'BUS_HANDLER_FAILED'])
    })

    test('a slow handler loses what it cannot hold, is told so once, and goes on behind the gap', async () => {
      await using bus = await open({ mailboxLimit: 10 })
      const channel = randomUUID()
      const others = await watch(bus, channel)
      const events: JsonValue[] = []
      const released = Promise.withResolvers<void>()
      const handler = async (message: JsonValue): Promise<void> => {
        events.push(message)
        await released.promise
      }
      await bus.subscribe(channel, handler, { onGap: ({ reason }) => void events.push(reason) })
      await bus.publish(channel, 0)
      await expect.poll(() => events).toEqual([0])
      for (let index = 1; index <= 11; index += 1) await bus.publish(channel, index)
      await expect.poll(() => others.messages.length).toBe(12)
      await bus.publish(channel, 'after')
      await expect.poll(() => others.messages.length).toBe(13)
      released.resolve()
      await expect.poll(() => events).toEqual([0, 'overflow', 'after'])
    })

    test('a closed subscription hears nothing more, another one of its channel still does', async () => {
      await using bus = await open()
      const channel = randomUUID()
      const heard: JsonValue[] = []
      const first = await bus.subscribe(channel, (message) => void heard.push(message), { onGap: ignoreGap })
      const second = await watch(bus, channel)
      await first.close(waiting())
      await bus.publish(channel, 1)
      await expect.poll(() => second.messages).toEqual([1])
      expect(heard).toEqual([])
      const third = await watch(bus, channel)
      await bus.publish(channel, 2)
      await expect.poll(() => third.messages).toEqual([2])
    })

    test('a channel can be left and entered again at once, many times', async () => {
      await using bus = await open()
      const channel = randomUUID()
      for (let round = 0; round < 20; round += 1) {
        await using _left = await bus.subscribe(channel, ignoreGap, { onGap: ignoreGap })
      }
      const seen = await watch(bus, channel)
      await bus.publish(channel, 'still here')
      await expect.poll(() => seen.messages).toEqual(['still here'])
    })

    test('after the store was killed and started, every subscriber hears of a gap and then of new messages', async () => {
      await using publisher = await open({ callTimeoutMs: 10_000 })
      await using subscriber = await open()
      const channels = [randomUUID(), randomUUID()] as const
      const seen = [await watch(subscriber, channels[0]), await watch(subscriber, channels[1])] as const
      await publisher.publish(channels[0], 'before')
      await expect.poll(() => seen[0].messages).toEqual(['before'])
      await world.kill()
      await expect.poll(() => publisher.isConnected || subscriber.isConnected).toBe(false)
      const published = publisher.publish(channels[0], 'while down')
      await world.start()
      await published // it waited for the connection
      await expect.poll(() => subscriber.isConnected).toBe(true)
      for (const each of seen) await expect.poll(() => each.gaps).toEqual(['connection-lost'])
      for (const channel of channels) await publisher.publish(channel, 'after')
      for (const each of seen) await expect.poll(() => each.messages).toContain('after')
      expect(await publisher.counters.count(randomUUID(), { windowMs: 1_000, limit: 1 })).toMatchObject({ count: 1 })
    })

    test('while the store is down every call ends within its time, and no more than the limit waits', async () => {
      await using bus = await open({ callTimeoutMs: 1_000, queueLimit: 3 })
      await world.kill()
      await expect.poll(() => bus.isConnected).toBe(false)
      const begun = performance.now()
      const late = { code: 'BUS_DISCONNECTED', status: 503 }
      const calls = [
        ...[1, 2, 3].map((message) => bus.publish('down', message)),
        bus.subscribe('down', ignoreGap, { onGap: ignoreGap }),
        bus.presence.list('down'),
        bus.counters.count('down', { windowMs: 1_000, limit: 1 }),
      ]
      const all = Promise.allSettled(calls)
      await expect(bus.publish('down', 4)).rejects.toMatchObject({ code: 'BUS_QUEUE_FULL' })
      await expect(bus.presence.list('down')).rejects.toMatchObject({ code: 'BUS_QUEUE_FULL' })
      for (const outcome of await all) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: late })
      }
      expect(performance.now() - begun).toBeLessThan(5_000)
      const aborter = new AbortController()
      const publishing = bus.publish('down', 5, { signal: aborter.signal })
      aborter.abort(new Error('changed my mind'))
      await expect(publishing).rejects.toThrow('changed my mind')
      await world.start()
      await expect.poll(() => bus.isConnected).toBe(true)
      await bus.publish('down', 6)
    })

    test('a store that falls silent is noticed: calls end, the bus says so, reconnects and tells of a gap', async () => {
      await using proxy = await openSilenceableProxy(world.port)
      const url = world.url.replace(`:${world.port}/`, `:${proxy.port}/`)
      await using bus = await open(QUICK, url)
      const channel = randomUUID()
      const seen = await watch(bus, channel)
      proxy.beSilent()
      const unknown = { code: 'BUS_OUTCOME_UNKNOWN' }
      await Promise.all([
        expect(bus.publish(channel, 'into the void')).rejects.toMatchObject(unknown),
        expect(bus.presence.list(channel)).rejects.toMatchObject(unknown),
      ])
      await expect.poll(() => bus.isConnected).toBe(false)
      proxy.speak()
      await expect.poll(() => bus.isConnected).toBe(true)
      await expect.poll(() => seen.gaps).toEqual(['connection-lost'])
      await bus.publish(channel, 'heard')
      await expect.poll(() => seen.messages).toContain('heard')
    })

    test('onGap is called again until it resolves, and messages wait behind it', async () => {
      await using proxy = await openSilenceableProxy(world.port)
      await using bus = await open({ heartbeatMs: 50 }, world.url.replace(`:${world.port}/`, `:${proxy.port}/`))
      const channel = randomUUID()
      const events: JsonValue[] = []
      const onGap = (): void => {
        events.push('gap')
        if (events.length < 3) throw new Error('the truth cannot be read yet')
      }
      await bus.subscribe(channel, (message) => void events.push(message), { onGap })
      await world.kill()
      await expect.poll(() => bus.isConnected).toBe(false)
      await world.start()
      await expect.poll(() => bus.isConnected).toBe(true)
      await bus.publish(channel, 'after')
      await expect.poll(() => events).toEqual(['gap', 'gap', 'gap', 'after'])
    })

    test('after close nothing keeps the process alive', async () => {
      const fixture = fileURLToPath(new URL('fixtures/open-and-close.ts', import.meta.url))
      const { stderr } = await promisify(execFile)(process.execPath, [fixture, world.url], { timeout: 20_000 })
      expect(stderr).toBe('')
    })

    test('close leaves no connection, lets a handler end, and refuses new work', async () => {
      await expect.poll(() => world.countConnections()).toBe(0)
      const bus = await open()
      const channel = randomUUID()
      const released = Promise.withResolvers<void>()
      const begun = Promise.withResolvers<void>()
      let isDone = false
      const handler = async (): Promise<void> => {
        begun.resolve()
        await released.promise
        isDone = true
      }
      await bus.subscribe(channel, handler, { onGap: ignoreGap })
      const published = bus.publish(channel, 1)
      await begun.promise
      expect(await world.countConnections()).toBeGreaterThan(0)
      const closed = bus.close(waiting())
      expect(bus.close(waiting())).toBe(closed)
      await expect(bus.publish(channel, 2)).rejects.toMatchObject({ code: 'BUS_CLOSED' })
      await expect(bus.presence.list(channel)).rejects.toMatchObject({ code: 'BUS_CLOSED' })
      released.resolve()
      await Promise.all([closed, published])
      expect(isDone).toBe(true)
      expect(bus.isConnected).toBe(false)
      await expect.poll(() => world.countConnections()).toBe(0)
    })

    test('close lets calls under way end', async () => {
      await using watcher = await open()
      const bus = await open()
      const channel = randomUUID()
      const seen = await watch(watcher, channel)
      const published = Array.from({ length: 20 }, (_, index) => bus.publish(channel, `${index}`.repeat(20_000)))
      const counted = bus.counters.count(channel, { windowMs: 1_000, limit: 1 })
      await bus.close(waiting())
      await Promise.all(published)
      expect(await counted).toMatchObject({ count: 1 })
      await expect.poll(() => seen.messages.length).toBe(20)
    })

    test('close does not wait longer than its signal for a handler; destroy waits for none', async () => {
      for (const end of ['close', 'destroy'] as const) {
        const bus = await open()
        const channel = randomUUID()
        const fired = Promise.withResolvers<unknown>()
        const begun = Promise.withResolvers<void>()
        const handler = (_message: JsonValue, { signal }: { signal: AbortSignal }): Promise<void> => {
          signal.addEventListener('abort', () => fired.resolve(signal.reason))
          begun.resolve()
          return new Promise(() => undefined)
        }
        await bus.subscribe(channel, handler, { onGap: ignoreGap })
        await bus.publish(channel, 1)
        await begun.promise
        const reason = new Error('the grace is over')
        await (end === 'close' ? bus.close({ signal: AbortSignal.abort(reason) }) : bus.destroy(reason))
        expect(await fired.promise).toBe(reason)
        await bus.close(waiting())
      }
    })

    test('destroy ends calls under way with its cause, also those that wait for a connection', async () => {
      await using proxy = await openSilenceableProxy(world.port)
      const bus = await open({}, world.url.replace(`:${world.port}/`, `:${proxy.port}/`))
      proxy.beSilent()
      const cause = new Error('stop now')
      const calls = [bus.publish('x', 1), bus.presence.list('x')].map((call) => expect(call).rejects.toBe(cause))
      await bus.destroy(cause)
      await Promise.all(calls)
      await expect(bus.publish('x', 1)).rejects.toMatchObject({ code: 'BUS_CLOSED' })
      await bus.close(waiting())
    })

    test('who entered is in the room for all, until they leave or their time is over', async () => {
      await using here = await open()
      await using there = await open()
      const room = randomUUID()
      await here.presence.enter(room, 'stays', { ttlMs: 60_000 })
      await there.presence.enter(room, 'leaves', { ttlMs: 60_000 })
      await here.presence.enter(room, 'fades', { ttlMs: 150 })
      await there.presence.enter(room, 'renewed', { ttlMs: 150 })
      await here.presence.enter(room, 'renewed', { ttlMs: 60_000 })
      await here.presence.leave(room, 'leaves')
      await here.presence.leave(room, 'was never here')
      await expect.poll(() => there.presence.list(room)).toEqual(['renewed', 'stays'])
      expect(await there.presence.list(randomUUID())).toEqual([])
    })

    test('a short stay does not end the long ones of its room, and ours is not the clock that counts', async () => {
      await using bus = await open()
      const room = randomUUID()
      await bus.presence.enter(room, 'long', { ttlMs: 60_000 })
      await bus.presence.enter(room, 'short', { ttlMs: 1 })
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_400_000 })
      try {
        await bus.presence.enter(room, 'from the future', { ttlMs: 60_000 })
        await expect.poll(() => bus.presence.list(room)).toEqual(['from the future', 'long'])
      } finally {
        vi.useRealTimers()
      }
      expect(await bus.presence.list(room)).toEqual(['from the future', 'long'])
    })

    test('of fifty concurrent calls exactly as many pass as the limit says, over all processes', async () => {
      await using here = await open()
      await using there = await open()
      const key = randomUUID()
      const limits = { windowMs: 60_000, limit: 7 }
      const calls = Array.from({ length: 50 }, (_, index) => (index % 2 ? here : there).counters.count(key, limits))
      const counts = await Promise.all(calls)
      const passed = counts.filter(({ isOver }) => !isOver)
      expect(passed.map(({ count }) => count).toSorted((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6, 7])
      expect(passed.every(({ retryAfterMs }) => retryAfterMs === 0)).toBe(true)
      for (const { count, isOver, retryAfterMs } of counts.filter((each) => each.isOver)) {
        expect({ count, isOver }).toEqual({ count: 7, isOver: true })
        expect(retryAfterMs).toBeGreaterThan(0)
        expect(retryAfterMs).toBeLessThanOrEqual(60_000)
      }
      await there.counters.reset(key)
      expect(await here.counters.count(key, limits)).toEqual({ count: 1, isOver: false, retryAfterMs: 0 })
    })

    test('the window slides: a pass becomes free when its own time is over, and refused calls prolong nothing', async () => {
      await using bus = await open()
      const key = randomUUID()
      const limits = { windowMs: 400, limit: 2 }
      await bus.counters.count(key, limits)
      const passedAt: number[] = []
      const begun = performance.now()
      while (passedAt.length < 4) {
        const { isOver, retryAfterMs } = await bus.counters.count(key, limits)
        if (!isOver) passedAt.push(performance.now() - begun)
        else expect(retryAfterMs).toBeLessThanOrEqual(400)
      }
      // Asked without a pause, the third pass comes a window after the first, the fifth a window after the third.
      expect(passedAt[1]).toBeGreaterThan(300)
      expect(passedAt[3]).toBeGreaterThan(700)
      expect(passedAt[3]).toBeLessThan(4_000)
    })

    test('a store that cannot be reached is an error with a code, without the password', async () => {
      const nobody = world.url.replace(/\/\/[^/]*\//, '//role:wrong-secret@127.0.0.1:1/')
      const wrongHost = world.url.replace(/\/\/[^/]*\//, '//role:wrong-secret@host.invalid/')
      for (const url of [nobody, wrongHost]) {
        const error: unknown = await open({}, url).catch((cause: unknown) => cause)
        expect(error).toMatchObject({ code: 'BUS_UNREACHABLE', status: 503 })
        expect(JSON.stringify(error) + String(error)).not.toContain('wrong-secret')
      }
      await using proxy = await openSilenceableProxy(world.port)
      proxy.beSilent()
      const aborter = new AbortController()
      const url = world.url.replace(`:${world.port}/`, `:${proxy.port}/`)
      const opening = openBus(url, { logger: new RecordingLogger() }, { signal: aborter.signal })
      const refused = expect(opening).rejects.toThrow('changed my mind')
      await expect.poll(() => proxy.hasConnections).toBe(true)
      aborter.abort(new Error('changed my mind'))
      await refused
    })
  })
}
