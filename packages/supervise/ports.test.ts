import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { userInfo } from 'node:os'
import { expect, test } from 'vitest'
import { acquireFolderLock } from './folder-lock.ts'
import { holdPort, openStackWorld, SERVER } from './testing.ts'

const ME = `by node (process ${process.pid}, user ${userInfo().username}, since 20`

test('a taken port stops the start and names port, service, program, process, user and time', async () => {
  await using world = await openStackWorld(`
services:
  web: { ${SERVER}, ports: { http: <web> } }
  board: { ${SERVER}, ports: { http: <board> } }
`)
  await using _ = await holdPort(world.port('board'))
  await expect(world.start()).rejects.toMatchObject({
    code: 'SUPERVISE_PORTS_TAKEN',
    message: expect.stringContaining(`127.0.0.1:${world.port('board')}/tcp  for board.http is taken: ${ME}`),
    details: { taken: [{ service: 'board', port: 'http', problem: 'taken' }] },
  })
  expect(world.history()).toEqual([])
  using lock = acquireFolderLock(world.dataFolder().lockFile)
  expect(lock).toBeDefined()
})

test('a taken UDP port and one within a range are found', async () => {
  await using world = await openStackWorld(`
services:
  video:
    ${SERVER}
    ports:
      turn: { port: <turn>, transport: [udp, tcp] }
      media: { range: <media>-<media>, transport: udp }
`)
  const [turn, media] = [createSocket('udp4'), createSocket('udp4')]
  await using _ = turn
  await using __ = media
  for (const [socket, name] of [
    [turn, 'turn'],
    [media, 'media'],
  ] as const) {
    socket.bind(world.port(name), '127.0.0.1')
    await once(socket, 'listening')
  }
  await expect(world.start()).rejects.toMatchObject({
    details: {
      taken: [
        { port: 'turn', endpoint: `127.0.0.1:${world.port('turn')}/udp`, holder: expect.stringContaining(ME) },
        { port: 'media', endpoint: `127.0.0.1:${world.port('media')}/udp`, holder: expect.stringContaining(ME) },
      ],
    },
  })
})

test('one port within a range of ten thousand is found', async () => {
  await using world = await openStackWorld(`
services:
  video: { ${SERVER}, ports: { http: <http>, media: { range: 20000-30000, transport: udp } } }
`)
  const socket = createSocket('udp4')
  await using _ = socket
  socket.bind(24_321, '127.0.0.1')
  await once(socket, 'listening')
  await expect(world.start()).rejects.toThrow('127.0.0.1:24321/udp  for video.media is taken')
})

test('a port that is taken between the look and the start is named with its holder', async () => {
  // The start waits until its port has been taken: between the look and its own attempt, as luck would have it.
  const waits = `
    import { existsSync, writeFileSync } from 'node:fs'
    import { createServer } from 'node:http'
    writeFileSync('waiting', '')
    const look = setInterval(() => {
      if (!existsSync('go')) return
      clearInterval(look)
      createServer().listen(process.env.PORT, process.env.HOST)
    }, 10)`
  const yaml = `services:
  web: { run: { command: node, args: [waits.mjs] }, ports: { http: <web> }, health: /health }
`
  await using world = await openStackWorld(yaml, { 'waits.mjs': waits })
  const starting = world.start()
  starting.catch(() => undefined) // expected below
  await expect.poll(async () => (await world.files()).includes('waiting'), { timeout: 10_000 }).toBe(true)
  await using _ = await holdPort(world.port('web'))
  await world.write({ go: '' })
  const endpoint = `127.0.0.1:${world.port('web')}/tcp`
  await expect(starting).rejects.toMatchObject({
    code: 'SUPERVISE_SERVICE_FAILED',
    message: expect.stringContaining(`it ended with exit status 1. Port ${endpoint} (http) is taken ${ME}`),
  })
  expect(world.history('web')).not.toContain('web: starting → healthy')
})

test('a service whose port was taken while it was down says by whom, and comes back when the port is free', async () => {
  await using world = await openStackWorld(`services: { web: { ${SERVER}, ports: { http: <web> } } }`)
  const supervisor = await world.start({ times: { startLookMs: 10, firstDelayMs: 200, longestDelayMs: 200 } })
  const stateOfWeb = () => supervisor.status().services[0]
  process.kill(stateOfWeb()?.pid ?? 0, 'SIGKILL')
  await expect.poll(() => stateOfWeb()?.state, { interval: 5 }).toBe('failed')
  const stranger = await holdPort(world.port('web'))
  await expect.poll(stateOfWeb, { timeout: 5_000 }).toMatchObject({ reason: expect.stringContaining(ME) })
  await stranger[Symbol.asyncDispose]()
  await expect.poll(stateOfWeb, { timeout: 10_000 }).toMatchObject({ state: 'healthy' })
})

test('two services of one stack with the same port: the second says who has it', async () => {
  await using world = await openStackWorld(`
services:
  one: { ${SERVER}, ports: { http: <same> } }
  two: { ${SERVER}, ports: { http: <same> }, needs: { one: {} } }
`)
  await expect(world.start()).rejects.toThrow(
    /"two" did not start: Port \S+ \(http\) is taken by node \(process \d+, user/,
  )
})
