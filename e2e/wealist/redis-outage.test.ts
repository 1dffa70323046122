import {
  findRedisServer,
  openSilenceableProxy,
  openTestRedis,
  type SilenceableProxy,
  type TestRedis,
} from '@portolan/bus/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Household, illMannered, openHousehold } from './household.ts'
import { Traffic } from './traffic.ts'
import { openWealistWorld, type WealistWorld, WORLD_START_MS } from './wealist-world.ts'

const command = findRedisServer()
const reason = command === undefined ? ' (SKIPPED: no redis-server)' : ''
const redisTest = test.skipIf(command === undefined)
const TIMEOUT_MS = 120_000
/** What counts attempts needs the bus; all else goes on without it. */
const COUNTED = ['sign in', 'forgot'] as const

let redis: TestRedis
let proxy: SilenceableProxy
let world: WealistWorld
let household: Household
beforeAll(async () => {
  if (command === undefined) return
  redis = await openTestRedis(command)
  proxy = await openSilenceableProxy(redis.port)
  const bus = { run: { external: `redis://127.0.0.1:${proxy.port}` }, needs: { postgres: null } }
  world = await openWealistWorld({ services: { bus } })
  household = await openHousehold(world)
}, WORLD_START_MS)
afterAll(async () => {
  if (command === undefined) return
  await world[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
  await redis[Symbol.asyncDispose]()
})

redisTest.for([
  ['is killed', () => redis.stop('SIGKILL'), () => redis.start()],
  ['falls silent', async () => proxy.beSilent(), async () => proxy.speak()],
] as const)(
  `Redis %s: what needs it fails clearly and soon, all else goes on, and it comes back by itself${reason}`,
  { timeout: TIMEOUT_MS },
  async ([, takeAway, giveBack]) => {
    const { owner, workspaceId } = household
    const leaver = await world.join(owner, workspaceId)
    const leaverId = leaver.userId
    await using stream = await household.listen()
    const questions = { ...household.questions(), ...household.refreshing() }
    await using traffic = new Traffic(questions)
    await traffic.allWork()
    await takeAway()
    await traffic.allFail(COUNTED)
    const uncounted = Object.keys(questions).filter((question) => !COUNTED.some((each) => each === question))
    await traffic.allWork(uncounted)

    // What ends while nobody can be told has ended all the same: at once where it was done, in seconds elsewhere.
    const thief = leaver.copy()
    expect((await leaver.signOut()).status).toBe(204)
    await expect.poll(async () => (await thief.get('/api/users/me')).status).toBe(401)
    const removal = `DELETE /api/users/workspaces/${workspaceId}/members/${leaverId}`
    expect((await owner.send(removal)).status).toBe(204)

    await giveBack()
    await traffic.allWork()
    await traffic.stop()
    const failures = traffic.failures
    expect(illMannered(failures)).toEqual([])
    expect([...new Set(failures.map(({ question }) => question))].toSorted()).toEqual([...COUNTED].toSorted())
    const news = { workspaceId, userId: leaverId, role: null }
    await expect.poll(() => stream.named('membership-changed')).toContainEqual(news)
    await household.hears(stream)
    await household.signsOutEverywhere()
  },
)

redisTest(`no secret that was used here stands in a log, nor in what was logged of the outage${reason}`, async () => {
  expect(await world.secretsInLogs()).toEqual([])
})
