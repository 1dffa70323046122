import { parseStack, resolveStack } from '@portolan/stack'
import { expect, test } from 'vitest'
import { filledArguments, serviceEnvironment } from './service-environment.ts'
import { openStackWorld } from './testing.ts'

const YAML = `
stack: harbour
gateway:
  ports: { http: 3000 }
services:
  board:
    run: { command: board, args: ["--at={port:http}", "{url:redis}", "{port:media}"] }
    ports:
      http: 8000
      live-feed: { port: 8010, reach: public }
      media: { range: 50000-50020, transport: udp, reach: public }
    needs: { redis: { redisDb: 3 }, board-store: {}, far: {}, postgres: { database: board_db } }
    environment:
      PEER: "{url:board-store}"
      DOOR: "{url:gateway}"
      OWN: "{port:live-feed}"
      PORT_MEDIA: mine
      INHERITED: written
  redis: { run: { command: redis-server }, ports: { redis: { port: 6379, speaks: redis } } }
  board-store: { run: { external: "store.example.com:9100" }, ports: { http: 9000 } }
  far: { run: { external: "redis://user@far.example.com:6380/" } }
  postgres: { run: { embedded: postgres }, ports: { sql: { port: 5432, speaks: postgres } } }
`

test.for([
  ['PORT', '8000'],
  ['HOST', '127.0.0.1'],
  ['PORT_HTTP', '8000'],
  ['HOST_HTTP', '127.0.0.1'],
  ['PORT_LIVE_FEED', '8010'],
  ['HOST_LIVE_FEED', '0.0.0.0'],
  ['PORT_MEDIA_LAST', '50020'],
  ['PORT_HTTP_LAST', undefined],
  ['REDIS_URL', 'redis://127.0.0.1:6379/3'],
  ['BOARD_STORE_URL', 'http://store.example.com:9100'],
  ['FAR_URL', 'redis://user@far.example.com:6380'],
  ['PEER', 'http://store.example.com:9100'],
  ['DOOR', 'http://127.0.0.1:3000'],
  ['OWN', '8010'],
  ['DATA_FOLDER', '/data/board'],
  ['PORTOLAN_STACK', 'harbour'],
  ['PORTOLAN_ENVIRONMENT', 'development'],
  ['PORTOLAN_SERVICE', 'board'],
] as const)('%s is %s', ([name, value]) => {
  expect(environmentOfBoard()[name]).toBe(value)
})

test('later wins: inherited, ports, needs, the URLs of needs, the stack file', () => {
  const inherited = { INHERITED: 'inherited', PORT: '1', POSTGRES_URL: 'inherited', KEPT: 'kept', GONE: undefined }
  const needUrls = new Map([['POSTGRES_URL', 'postgres://board_user@127.0.0.1/board_db']])
  const environment = environmentOfBoard(inherited, needUrls)
  expect(environment).toMatchObject({
    INHERITED: 'written',
    PORT: '8000',
    PORT_MEDIA: 'mine',
    POSTGRES_URL: 'postgres://board_user@127.0.0.1/board_db',
    KEPT: 'kept',
  })
})

test('references in arguments are filled in', () => {
  expect(filledArguments(board(), stack())).toEqual(['--at=8000', 'redis://127.0.0.1:6379', '50000'])
})

test('a shift moves what this machine holds, and not what others run', () => {
  const moved = resolveStack(parseStack(YAML, 'portolan.yaml'), { values: {}, shift: 100 })
  const [one] = moved.services
  const parts = {
    stack: moved,
    inherited: {},
    dataFolder: '/data',
    needUrls: new Map<string, string>(),
    secretOf: () => 'hidden',
  }
  expect(one === undefined ? {} : serviceEnvironment(one, parts)).toMatchObject({
    PORT: '8100',
    REDIS_URL: 'redis://127.0.0.1:6479/3',
    BOARD_STORE_URL: 'http://store.example.com:9100',
  })
})

function stack() {
  return resolveStack(parseStack(YAML, 'portolan.yaml'), { values: {} })
}

function board() {
  const [one] = stack().services
  if (one === undefined) throw new Error('The stack has services.')
  return one
}

function environmentOfBoard(
  inherited: Readonly<Record<string, string | undefined>> = {},
  needUrls: ReadonlyMap<string, string> = new Map(),
): Readonly<Record<string, string | undefined>> {
  return serviceEnvironment(board(), { stack: stack(), inherited, dataFolder: '/data/board', needUrls, secretOf })
}

test('the folder that a service is told is there when it starts, and what it keeps there survives a restart', async () => {
  const keeps = `
    import { appendFileSync, readFileSync } from 'node:fs'
    import { createServer } from 'node:http'
    const file = process.env.DATA_FOLDER + '/starts'
    appendFileSync(file, 'x')
    createServer((_, response) => response.end(readFileSync(file))).listen(process.env.PORT, process.env.HOST)`
  const yaml = `services: { web: { run: { command: node, args: [keeps.mjs] }, ports: { http: <web> }, health: / } }`
  await using world = await openStackWorld(yaml, { 'keeps.mjs': keeps })
  const supervisor = await world.start()
  await supervisor.restart('web', { signal: AbortSignal.timeout(20_000) })
  const answer = await fetch(`http://127.0.0.1:${world.port('web')}/`)
  expect(await answer.text()).toBe('xx')
})

test('services that name the same secret are given the same, and it stays over a restart of the stack', async () => {
  const tells = `
    import { createServer } from 'node:http'
    createServer((_, response) => response.end(process.env.KEY)).listen(process.env.PORT, process.env.HOST)`
  const service = (name: string, secret: string) =>
    `${name}: { run: { command: node, args: [tells.mjs] }, ports: { http: <${name}> }, environment: { KEY: "{secret:${secret}}" } }`
  const yaml = `services: { ${service('a', 'shared')}, ${service('b', 'shared')}, ${service('c', 'own')} }`
  await using world = await openStackWorld(yaml, { 'tells.mjs': tells })
  const keys = () =>
    Promise.all(['a', 'b', 'c'].map(async (name) => (await fetch(`http://127.0.0.1:${world.port(name)}/`)).text()))
  const first = await world.start()
  const [a, b, c] = await keys()
  expect(a).toMatch(/^[\w-]{32}$/)
  expect([b, c]).toEqual([a, expect.not.stringMatching(`^${a}$`)])
  await first.close({ signal: AbortSignal.timeout(10_000) })
  await world.start()
  expect(await keys()).toEqual([a, b, c])
})

function secretOf(name: string): string {
  return `secret ${name}`
}
