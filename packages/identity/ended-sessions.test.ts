import { errorCode } from '@portolan/errors'
import { expect, test } from 'vitest'
import { ENDED_SESSION_KEEP_MS, type EndedSessionsOptions, openEndedSessions } from './ended-sessions.ts'
import { TestBus, TestClock } from './testing.ts'

const waiting = { signal: new AbortController().signal }

/** Auth's list, which a test can break, and a tracker that looks at it. */
async function openWorld({ ended = [], isBroken = false }: { ended?: string[]; isBroken?: boolean } = {}) {
  const auth = { ended, isBroken, askedCount: 0 }
  const [bus, clock] = [new TestBus(), new TestClock()]
  const listEnded: EndedSessionsOptions['listEnded'] = async () => {
    auth.askedCount += 1
    if (auth.isBroken) throw new Error('Auth is away.')
    return [...auth.ended]
  }
  const sessions = await openEndedSessions({ bus, clock, listEnded, lookEveryMs: 5 }, waiting)
  const say = (sid: string) => bus.publish('sessions', { type: 'session-ended', sid, userId: 'mina' })
  return { auth, bus, clock, sessions, say, [Symbol.asyncDispose]: () => sessions[Symbol.asyncDispose]() }
}

test('what ended before the start and what ends later is known', async () => {
  await using world = await openWorld({ ended: ['old'] })
  expect(world.sessions.stateOf('old')).toBe('ended')
  expect(world.sessions.stateOf('new')).toBe('live')
  await world.say('new')
  expect(world.sessions.stateOf('new')).toBe('ended')
})

test('an end is remembered until its last token has expired, whatever the wall clock says', async () => {
  await using world = await openWorld()
  await world.say('s1')
  world.clock.jump(30 * 24 * 3_600_000)
  world.clock.pass(ENDED_SESSION_KEEP_MS - 60_000)
  await world.say('s2')
  expect(world.sessions.stateOf('s1')).toBe('ended')
  world.clock.pass(60_000)
  await expect.poll(() => world.sessions.stateOf('s1')).toBe('live')
  expect(world.sessions.stateOf('s2')).toBe('ended')
})

test('what was missed in a gap is asked for', async () => {
  await using world = await openWorld()
  world.bus.disconnect()
  await world.say('missed') // nobody hears of it
  world.auth.ended.push('missed')
  await world.bus.reconnect()
  expect(world.sessions.stateOf('missed')).toBe('ended')
})

test('while the bus is away the list is asked again and again', async () => {
  await using world = await openWorld()
  world.bus.disconnect()
  world.auth.ended.push('s1')
  await expect.poll(() => world.sessions.stateOf('s1')).toBe('ended')
  world.clock.pass(3_600_000)
  await expect.poll(() => world.sessions.stateOf('s2')).toBe('live')
})

test('when neither the bus nor auth answers, sessions are unknown after half a minute, and known again by itself', async () => {
  await using world = await openWorld()
  world.auth.isBroken = true
  world.bus.disconnect()
  world.clock.pass(29_000)
  expect(world.sessions.stateOf('s1')).toBe('live')
  world.clock.pass(2_000)
  expect(world.sessions.stateOf('s1')).toBe('unknown')
  expect(() => world.sessions.checkKnown()).toThrow('not known')
  await world.bus.reconnect() // the gap is still open
  expect(world.sessions.stateOf('s1')).toBe('unknown')
  world.auth.isBroken = false
  await expect.poll(() => world.sessions.stateOf('s1')).toBe('live')
})

test('a start without auth knows nothing, and recovers', async () => {
  await using world = await openWorld({ ended: ['s1'], isBroken: true })
  expect(world.sessions.stateOf('s2')).toBe('unknown')
  world.auth.isBroken = false
  await expect.poll(() => world.sessions.stateOf('s2')).toBe('live')
  expect(world.sessions.stateOf('s1')).toBe('ended')
})

test('auth that is away does not matter while the bus is there', async () => {
  await using world = await openWorld()
  world.auth.isBroken = true
  world.clock.pass(3_600_000)
  await world.say('s1')
  expect([world.sessions.stateOf('s1'), world.sessions.stateOf('s2')]).toEqual(['ended', 'live'])
})

test('a message that is not understood makes it ask', async () => {
  await using world = await openWorld()
  world.auth.ended.push('s1')
  await world.bus.publish('sessions', { type: 'sessions-ended', sids: ['s1'] })
  expect(world.sessions.stateOf('s1')).toBe('ended')
})

test('a handler hears of each end once, from wherever it is known, until it leaves', async () => {
  await using world = await openWorld({ ended: ['before'] })
  const heard: string[] = []
  const leaving = new AbortController()
  world.sessions.onEnded((sessionId) => heard.push(sessionId), leaving)
  await world.say('s1')
  await world.say('s1')
  world.auth.ended.push('s1', 's2')
  await world.bus.reconnect()
  leaving.abort()
  await world.say('s3')
  expect(heard).toEqual(['s1', 's2'])
})

test('after close nothing is asked and nothing is subscribed', async () => {
  const world = await openWorld()
  world.bus.disconnect()
  const closing = [world.sessions.close(waiting), world.sessions.close(waiting)]
  expect(closing[0]).toBe(closing[1])
  await Promise.all(closing)
  const { askedCount } = world.auth
  expect(world.bus.subscriberCount).toBe(0)
  await world.bus.reconnect()
  await new Promise((resolve) => setImmediate(resolve))
  expect(world.auth.askedCount).toBe(askedCount)
})

test('a signal that has fired opens nothing', async () => {
  const options = { bus: new TestBus(), listEnded: async () => [] }
  expect(await openEndedSessions(options, { signal: AbortSignal.abort() }).then(() => 'opened', errorCode)).not.toBe(
    'opened',
  )
  expect(options.bus.subscriberCount).toBe(0)
})
