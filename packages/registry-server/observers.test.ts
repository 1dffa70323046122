import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import {
  findFreePort,
  openTestPodman,
  openTestSshd,
  podmanMissing,
  sshdMissing,
  type TestSshd,
} from '@portolan/observe/testing'
import { openTestPostgres } from '@portolan/postgres/testing'
import { afterAll, expect, test } from 'vitest'
import { parseSettings } from './settings.ts'
import { openTestRegistryServer, type TestRegistryServer } from './testing.ts'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())

/** A registry whose one host is as this YAML says. */
function openWorld(host: object): Promise<TestRegistryServer> {
  const text = JSON.stringify({ hosts: { 'seoul-1': { ephemeralRange: 'none', ...host } } })
  return openTestRegistryServer(server, { settings: parseSettings(text, 'registry.yaml') })
}

async function obstaclesOf(world: TestRegistryServer, port: number) {
  const { state, obstacles } = await world.call('port_check', { ports: String(port) })
  return [state, ...obstacles.map(({ reason, because }) => `${reason} ${because}`)]
}

/** Something that really listens. */
async function openListener() {
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    port,
    async [Symbol.asyncDispose]() {
      listener.close()
      await once(listener, 'close')
    },
  }
}

test.runIf(process.platform === 'linux')("this machine's own sockets are seen", async () => {
  await using listener = await openListener()
  await using world = await openWorld({ kernel: true })
  expect((await world.call('host_list', {})).hosts).toMatchObject([{ name: 'seoul-1', observers: ['kernel'] }])
  expect(await obstaclesOf(world, listener.port)).toEqual(['taken', expect.stringMatching(/^seen ./)])
})

const podmanGap = podmanMissing()
if (podmanGap !== undefined) console.warn(podmanGap)
test.runIf(podmanGap === undefined)(
  'a container that publishes a port is named, and never given the port of',
  async () => {
    await using podman = await openTestPodman()
    const port = await findFreePort()
    await podman.run(['--name', 'worb-docker-blue', '--publish', `${port}:80`], ['nc', '-l', '-p', '80'])
    await using world = await openWorld({ kernel: true, engines: [podman.socketPath] })
    expect(await obstaclesOf(world, port)).toEqual(['taken', 'seen container worb-docker-blue'])
    const band = { environment: 'production', kind: 'app', ports: `${port}-${port}` }
    await world.call('band_declare', { bands: [band] })
    const need = { project: 'w-homepage', environment: 'production', shape: 'single' } as const
    const refused = await world.post('/api/port/allocate', need)
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'REGISTRY_BAND_FULL', details: { skippedCounts: { seen: 1 } } },
    })
    await podman.command(['rm', '--force', '--time', '0', 'worb-docker-blue'])
    await expect.poll(async () => (await world.post('/api/port/allocate', need)).body).toMatchObject({ port })
  },
)

function sshOf({ options, folder, port }: TestSshd, more: object = {}) {
  const { host, user } = options
  const files = { keyFile: join(folder, 'user'), knownHosts: [join(folder, 'known_hosts')] }
  return { ssh: { host, user, port, ...files, ...more } }
}

const sshdGap = sshdMissing()
if (sshdGap !== undefined) console.warn(sshdGap)
test.runIf(sshdGap === undefined)(
  'another machine is looked at over SSH, and is unknown when it cannot be',
  async () => {
    await using sshd = await openTestSshd()
    await using listener = await openListener()
    await using world = await openWorld(sshOf(sshd))
    expect(await obstaclesOf(world, listener.port)).toEqual(['taken', expect.stringMatching(/^seen ./)])
    await sshd.kill()
    let askedCount = 0
    const ask = () => {
      askedCount += 1 // another need each time: who has ports gets them again, whatever can be seen
      return world.post('/api/port/allocate', { project: `p-${askedCount}`, environment: 'production' })
    }
    // A look of a moment ago still serves.
    await expect.poll(async () => (await ask()).body).toMatchObject({ code: 'REGISTRY_HOST_UNKNOWN', success: false })
  },
)

test.runIf(sshdGap === undefined)('a machine with another key than the known one is not trusted', async () => {
  await using sshd = await openTestSshd()
  const forged = join(sshd.folder, 'forged')
  await writeFile(
    forged,
    `[127.0.0.1]:${sshd.port} ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n`,
  )
  await using world = await openWorld(sshOf(sshd, { knownHosts: [forged] }))
  const refused = await world.post('/api/port/allocate', { project: 'worb', environment: 'production' })
  expect(refused).toMatchObject({
    status: 503,
    body: { code: 'REGISTRY_HOST_UNKNOWN', error: expect.stringMatching(/key/), details: { host: 'seoul-1' } },
  })
})
