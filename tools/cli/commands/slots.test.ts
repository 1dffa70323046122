import { once } from 'node:events'
import { createServer } from 'node:net'
import { openTestPodman, podmanMissing } from '@portolan/observe/testing'
import { openTestPostgres } from '@portolan/postgres/testing'
import { openTestRegistryServer } from '@portolan/registry-server/testing'
import { afterAll, expect, test } from 'vitest'
import { openFolder, runCli } from '../testing.ts'

const postgres = await openTestPostgres()
afterAll(() => postgres[Symbol.asyncDispose]())

const PROGRAM = `
require('node:http').createServer((_, response) => response.end(process.argv[1] + ' ' + process.env.KEY + Object.keys(process.env).filter((name) => /TOKEN|SOCK|_KEY|SECRET/.test(name))))
  .listen(Number(process.env.PORT))
`

/** A registry, and a pair of ports that are free on this machine. */
async function openWorld() {
  await using releasers = new AsyncDisposableStack()
  const server = releasers.use(await openTestRegistryServer(postgres))
  const home = releasers.use(await openFolder())
  const blue = await freePair()
  const wish = { project: 'worb', environment: 'production', blue, evenIfOutOfBand: true }
  await server.call('port_register', wish)
  const environment = {
    PORTOLAN_REGISTRY: server.url,
    PORTOLAN_REGISTRY_KEY: server.adminKey,
    XDG_STATE_HOME: home.folder,
    DOCKER_HOST: '',
    GITHUB_TOKEN: 'g',
    SSH_AUTH_SOCK: '/run/agent.sock',
    GIVEN_SECRET: 's',
  }
  const slots = (word: string, ...args: readonly string[]) =>
    runCli(['slots', word, 'worb', 'production', ...args], { environment })
  releasers.defer(async () => {
    const [pair] = (await server.call('slot_list', {})).slots
    if (pair?.active !== undefined) await slots('retire', '--grace', '0')
    for (const half of ['blue', 'green'] as const) {
      if (pair?.[half].state === 'grace' || pair?.[half].state === 'deployed') await slots('clear', half)
    }
  })
  const owned = releasers.move()
  const ask = async (port: number) => (await fetch(`http://127.0.0.1:${port}/`)).text()
  return { server, blue, slots, ask, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function freePair(): Promise<number> {
  for (;;) {
    const blue = 28_000 + 2 * Math.floor(Math.random() * 1_500)
    if ((await isFree(blue)) && (await isFree(blue + 1))) return blue
  }
}

async function isFree(port: number): Promise<boolean> {
  await using server = createServer()
  const listening = once(server, 'listening')
  server.listen(port)
  return await listening.then(
    () => true,
    () => false,
  )
}

const web = (version: string) => [
  version,
  '--here',
  '--health',
  '/',
  '--set',
  'KEY=x',
  '--',
  process.execPath,
  '-e',
  PROGRAM,
  version,
]

test('a command is deployed, followed by the next, rolled back by another process, and stopped', async () => {
  await using world = await openWorld()
  const first = await world.slots('deploy', ...web('1.0.0'))
  expect(first.stdout).toBe(
    `worb production: version 1.0.0 is active on blue, port ${world.blue}.\nThe token is 2 now.\n`,
  )
  expect(first).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/started process \d+.*\n.*✓ healthy/s) })
  // None of the deployer's own keys, unless they are given to it.
  expect(await world.ask(world.blue)).toBe('1.0.0 x')
  const second = await world.slots('deploy', '--json', ...web('2.0.0'))
  expect(JSON.parse(second.stdout)).toMatchObject({
    success: true,
    half: 'green',
    isActive: true,
    previous: { half: 'blue' },
  })
  const back = await world.slots('rollback', '--health', '/')
  expect(back.stdout).toMatch(/blue {3}\d+ {2}active.*1\.0\.0.*\n.*green {2}\d+ {2}grace, over in \d+ \w+ {2}2\.0\.0/)
  const refused = await world.slots('deploy', ...web('3.0.0'))
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('DEPLOY_GRACE_RUNNING') })
  const cleared = await world.slots('clear', 'green')
  expect(cleared).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/Stopped the process \d+.*version 2\.0\.0/),
  })
  await expect(world.ask(world.blue + 1)).rejects.toThrow('fetch failed')
  const retired = await world.slots('retire', '--grace', '0', '--json')
  const { slots } = await world.server.call('slot_list', {})
  expect(JSON.parse(retired.stdout)).toEqual({ success: true, ...slots[0] })
  await expect(world.ask(world.blue)).rejects.toThrow('fetch failed')
}, 60_000)

test('a secret is given by its name alone, or in a file, and is in no argument', async () => {
  await using world = await openWorld()
  await using place = await openFolder({ variables: 'FILE_SECRET=f\n' })
  const given = ['--set', 'GIVEN_SECRET', '--set-file', `${place.folder}/variables`]
  const run = await world.slots('deploy', ...given, ...web('1.0.0'))
  expect(run).toMatchObject({ exitCode: 0 })
  expect((await world.ask(world.blue)).split(' ')[1]?.replace('x', '').split(',').toSorted()).toEqual([
    'FILE_SECRET',
    'GIVEN_SECRET',
  ])
  const missing = await world.slots('deploy', '--set', 'MISSING', ...web('2.0.0'))
  expect(missing).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('DEPLOY_VARIABLE_INVALID') })
}, 60_000)

test('a failed deploy is told with what it printed, and leaves the active half as it was', async () => {
  await using world = await openWorld()
  await world.slots('deploy', ...web('1.0.0'))
  const crash = ['2.0.0', '--here', '--', process.execPath, '-e', 'console.error("no database"); process.exit(3)']
  expect(await world.slots('deploy', ...crash)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/DEPLOY_ENDED: Version "2\.0\.0" ended with exit status 3.*no database/s),
  })
  const problem = await world.slots('deploy', '--json', ...crash)
  expect([problem.exitCode, JSON.parse(problem.stdout)]).toMatchObject([
    1,
    { success: false, code: 'DEPLOY_ENDED', status: 502 },
  ])
  expect(await world.ask(world.blue)).toMatch(/^1\.0\.0/)
})

test.for([
  [[], 'What is to run?'],
  [['--image', 'worb', '--engine', 'ftp://x'], '--engine takes a socket'],
  [['--engine', '/run/x.sock', '--', 'web'], 'give --image as well'],
  [['--grace', 'long', '--', 'web'], '--grace takes a time'],
] as const)('deploy %j cannot be used', async ([args, words]) => {
  const environment = { PORTOLAN_REGISTRY: 'http://127.0.0.1:1', PORTOLAN_REGISTRY_KEY: 'x' }
  const run = await runCli(['slots', 'deploy', 'worb', 'production', '1.0.0', ...args], { environment })
  expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(words) })
})

const missing = podmanMissing()
test.skipIf(missing !== undefined)(
  'a container is deployed and cleared, by the engine that is named',
  async () => {
    await using world = await openWorld()
    await using podman = await openTestPodman()
    const engine = ['--engine', podman.socketPath]
    const image = ['--image', 'localhost/portolan/busybox', '--limit', 'nofile=1024', '--limit', 'nproc=1000']
    const program = [
      '--',
      '/busybox',
      'sh',
      '-c',
      'trap exit TERM; echo hello > /index.html; /busybox httpd -f -p $PORT & wait',
    ]
    const deployed = await world.slots('deploy', '1.0.0', '--here', '--health', '/', ...engine, ...image, ...program)
    expect(deployed).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('started container "worb-production-blue-'),
    })
    expect(await world.ask(world.blue)).toBe('hello\n')
    const retired = await world.slots('retire', '--grace', '0', ...engine)
    expect(retired).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('Stopped the container') })
    expect(await podman.command(['ps', '--all', '--quiet'])).toBe('')
  },
  60_000,
)
