import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { openTestPostgres } from '@portolan/postgres/testing'
import { openTestRegistryServer, type TestRegistryServer } from '@portolan/registry-server/testing'
import { afterAll, expect, test } from 'vitest'
import { openFolder, runCli } from '../testing.ts'

const postgres = await openTestPostgres()
/** For what changes nothing. */
const empty = await openWorld()
afterAll(async () => {
  await empty[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

function environmentOf(server: TestRegistryServer, key = server.adminKey) {
  return { PORTOLAN_REGISTRY: server.url, PORTOLAN_REGISTRY_KEY: key }
}

async function openWorld() {
  const server = await openTestRegistryServer(postgres)
  const run = (...args: readonly string[]) => runCli(args, { environment: environmentOf(server) })
  return { server, run, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

test('a pair is allocated once, shown as words and as the operation’s own answer, and given back', async () => {
  await using world = await openWorld()
  const first = await world.run('ports', 'allocate', 'worb', 'production', '--label', 'team=search')
  expect(first).toMatchObject({ exitCode: 0, stderr: '' })
  expect(first.stdout).toContain(
    'worb production (app) on host "seoul-1"\n  blue   4000  empty\n  green  4001  empty\n',
  )
  const again = await world.run('ports', 'allocate', 'worb', 'production', '--json')
  const answer = JSON.parse(again.stdout)
  expect(answer).toEqual(await world.server.call('port_get', { project: 'worb', environment: 'production' }))
  expect(answer).toMatchObject({ success: true, blue: 4000, claim: { labels: { team: 'search' } } })
  const list = await world.run('ports', 'list')
  expect(list.stdout).toMatch(/^ports {6}project {2}environment {2}kind.*\n4000-4001 {2}worb/)
  expect(await world.run('ports', 'check', '4000')).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/4000 on host "seoul-1": taken\n\nport {2}why {6}by\n4000 {2}claimed {2}worb/),
  })
  const released = await world.run('ports', 'release', 'worb', 'production', '--token', String(answer.token))
  expect(released.stdout).toMatch(/^Claim \d+ \(4000-4001\) of worb is released\. They are kept for it a while/)
  const history = await world.run('ports', 'history', '4000')
  expect(history.stdout).toMatch(/released .*\n.*allocated/)
  expect(await world.run('ports', 'history', '--port', '4000', '--project', 'worb')).toEqual(history)
})

test('what was passed over is said, runs of ports in one line', async () => {
  await using world = await openWorld()
  for (const project of ['a', 'b', 'c']) await world.run('ports', 'allocate', project, 'production')
  const { stdout } = await world.run('ports', 'allocate', 'worb', 'production', '--explain')
  expect(stdout).toMatch(/passed over {2}why {6}candidates {2}who or what\n4000-4005 {4}claimed {2}3 {11}a \(claim/)
})

test('a full band says who holds it, and as a problem for machines', async () => {
  await using world = await openWorld()
  await world.run('bands', 'declare', 'production.app=4000-4003', 'preview.app=5000-5999')
  await world.run('ports', 'allocate', 'worb', 'production')
  await world.run('ports', 'allocate', 'w-homepage', 'production')
  const full = await world.run('ports', 'allocate', 'vsvs-kr', 'production')
  expect(full).toMatchObject({ exitCode: 1, stdout: '' })
  expect(full.stderr).toMatch(/Who holds production\.app of host "seoul-1":\nports {6}holder.*\n4000-4001 {2}worb/)
  expect(full.stderr).toMatch(/^REGISTRY_BAND_FULL: Band "production\.app"/m)
  const problem = await world.run('ports', 'allocate', 'vsvs-kr', 'production', '--json')
  expect([problem.exitCode, problem.stderr, JSON.parse(problem.stdout)]).toEqual([
    1,
    '',
    expect.objectContaining({
      success: false,
      code: 'REGISTRY_BAND_FULL',
      title: 'The band is full',
      status: 409,
      error: expect.stringContaining('has no free pair'),
      details: expect.objectContaining({ holders: expect.any(Array) }),
    }),
  ])
})

test.for([
  [['ports', 'get', 'worb', 'production'], 1, 'REGISTRY_PROJECT_MISSING'],
  [['ports', 'allocate', 'Worb X', 'production'], 2, 'REGISTRY_REQUEST_INVALID'],
  [['ports', 'register', 'worb', 'production', '4001-4002', '--shape', 'pair'], 2, 'REGISTRY_PAIR_INVALID'],
  [['ports', 'register', 'worb', 'production', '100-101', '--shape', 'pair'], 2, 'REGISTRY_PORT_OUT_OF_BAND'],
  [['ports', 'check', '70000'], 2, 'PORTS_'],
  [['ports', 'renew', 'worb', 'production', '--lease', 'long'], 2, 'CLI_USAGE'],
  [['ports', 'get', 'worb'], 2, "missing required argument 'environment'"],
  [['ports', 'allocate', 'worb', 'production', '--shape', 'triple'], 2, 'Allowed choices are pair, single, range'],
  [['bands', 'declare', 'production'], 2, 'A band is given as "production.app=4000-4499"'],
] as const)('%j ends with %i', async ([args, exitCode, words]) => {
  expect(await empty.run(...args)).toMatchObject({ exitCode, stderr: expect.stringContaining(words) })
})

test('a key is made for a project, shows its text once, and is refused elsewhere and when it is revoked', async () => {
  await using world = await openWorld()
  const made = await world.run(
    'keys',
    'create',
    'worb-ci',
    '--role',
    'allocate',
    '--project',
    'worb',
    '--project',
    'web-*',
  )
  const [key = ''] = made.stdout.split('\n')
  expect(key).toMatch(/^pk_/)
  const asCi = (...args: readonly string[]) => runCli(args, { environment: environmentOf(world.server, key) })
  expect(await asCi('ports', 'allocate', 'web-1', 'staging')).toMatchObject({ exitCode: 0 })
  expect(await asCi('ports', 'allocate', 'vsvs-kr', 'staging')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('OPERATIONS_PROJECT_REFUSED'),
  })
  const { keys } = JSON.parse((await world.run('keys', 'list', '--json')).stdout)
  await world.run('keys', 'revoke', keys[0].id)
  expect(await asCi('ports', 'list')).toMatchObject({ exitCode: 1 })
  expect((await world.run('keys', 'list')).stdout).toMatch(/worb-ci {2}allocate {2}worb web-\* {2}revoked/)
})

test('hosts are declared and removed, and bands are listed', async () => {
  await using world = await openWorld()
  const address = ['--address', '198.51.100.7', '--address', '198.51.100.8']
  expect(await world.run('hosts', 'declare', 'busan-1', ...address)).toMatchObject({ exitCode: 0 })
  expect((await world.run('hosts', 'list')).stdout).toMatch(
    /busan-1 {2}198\.51\.100\.7 198\.51\.100\.8 {2}32768-60999 {5}nobody/,
  )
  const ambiguous = await world.run('ports', 'allocate', 'worb', 'production')
  expect(ambiguous).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('one of busan-1, seoul-1') })
  expect(await world.run('hosts', 'remove', 'busan-1')).toMatchObject({ exitCode: 0 })
  expect((await world.run('bands', 'list')).stdout).toContain('production.app    4000-4499')
})

test('without a registry it is said how to have one; one that does not answer is named', async () => {
  await using home = await openFolder()
  const nowhere = { XDG_STATE_HOME: home.folder }
  const none = await runCli(['ports', 'list'], { environment: nowhere })
  expect(none).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/CLI_REGISTRY_UNKNOWN.*main\.ts registry up"/),
  })
  const noKey = await runCli(['ports', 'list'], {
    environment: { ...nowhere, PORTOLAN_REGISTRY: 'http://127.0.0.1:4' },
  })
  expect(noKey).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('CLI_REGISTRY_KEY_MISSING') })
})

test('a machine that is none of the registry’s hosts is given no ports, however few hosts there are', async () => {
  await using files = await openFolder({
    'portolan.yaml': 'stack: shop\nservices: { web: { run: { command: web }, ports: { http: auto } } }\n',
  })
  const up = (more: Readonly<Record<string, string>> = {}) =>
    runCli(['up'], { cwd: files.folder, environment: { ...environmentOf(empty.server), ...more } })
  for (const outcome of [await up(), await up({ PORTOLAN_HOST: 'busan-1' })]) {
    expect(outcome).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/CLI_HOST_UNKNOWN.*"seoul-1".*PORTOLAN_HOST/),
    })
  }
  expect((await empty.server.call('port_list', {})).claims).toEqual([])
})

const COMPOSE = `services:
  web-blue: { image: a, ports: ["4100:3000"] }
  web-green: { image: a, ports: ["4101:3000"] }
`

test('ports are imported from files: first the plan, then all of it, and the files say so afterwards', async () => {
  await using world = await openWorld()
  const central = { projects: { worb: { production: { blue: 4100, green: 4101 } } }, allocated: [4100, 4101] }
  await using files = await openFolder({ 'ports.json': JSON.stringify(central) })
  const compose = path.join(files.folder, 'vsvs-kr', 'compose.yaml')
  await mkdir(path.dirname(compose))
  await writeFile(compose, COMPOSE)
  const plan = await world.run('ports', 'import', files.folder)
  expect(plan).toMatchObject({ exitCode: 0 })
  expect(plan.stdout).toMatch(/Nothing is changed yet: 1 keep their ports, 1 move/)
  expect(JSON.parse((await world.run('ports', 'list', '--json')).stdout).claims).toEqual([])
  const hash = /--apply (\S+)/.exec(plan.stdout)?.[1] ?? ''
  const applied = await world.run('ports', 'import', files.folder, '--apply', hash, '--write')
  expect(applied).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Claimed: 1 keep their ports, 1 move') })
  expect(await readFile(compose, 'utf8')).toContain('"4102:3000"')
  const exported = await world.run('ports', 'export', '--to', path.join(files.folder, 'out'))
  expect(exported).toMatchObject({ exitCode: 0 })
  expect(
    JSON.parse(await readFile(path.join(files.folder, 'out', 'ports.json'), 'utf8')).projects.worb.production,
  ).toEqual({
    blue: 4100,
    green: 4101,
  })
  await writeFile(path.join(files.folder, 'ports.json'), '{ "projects": 7 }')
  expect(await world.run('ports', 'import', files.folder)).toMatchObject({ exitCode: 2 })
  expect(await world.run('ports', 'import', path.join(files.folder, 'nowhere.json'))).toMatchObject({ exitCode: 2 })
})
