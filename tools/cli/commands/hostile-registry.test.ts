import { once } from 'node:events'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openFolder, runCli } from '../testing.ts'

const BAD = 'a\u001b]0;x\u0007\u009b2J\u202eb'
const AT = '2026-01-01T00:00:00.000Z'
const CLAIM = {
  id: 1,
  token: 1,
  host: BAD,
  transport: 'tcp',
  ports: '4000-4001',
  port: 4000,
  portCount: 2,
  shape: 'pair',
  environment: BAD,
  kind: BAD,
  project: BAD,
  purpose: BAD,
  labels: {},
  state: 'released',
  createdAt: AT,
  createdBy: BAD,
}
const KEY = { id: BAD, name: BAD, role: 'read', projects: [BAD], createdAt: AT, createdBy: BAD }

/** Somebody who answers every request with the same. */
async function openHostile(answer: object) {
  const server = createServer((request, response) => {
    request.resume()
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ success: true, ...answer }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const environment = { PORTOLAN_REGISTRY: `http://127.0.0.1:${port}`, PORTOLAN_REGISTRY_KEY: 'pk_x' }
  return (...args: readonly string[]) => runCli(args, { environment })
}

const RAW = /[^\P{Cc}\n]|[\u202a-\u202e]/u

test.for([
  [['ports', 'release', 'a', 'b'], { claim: CLAIM, wasReleased: true }],
  [['hosts', 'declare', 'a'], { host: { name: BAD, addresses: [], observers: [], createdAt: AT } }],
  [['keys', 'create', 'a', '--role', 'read', '--project', 'a'], { key: BAD, details: KEY }],
  [['keys', 'revoke', 'a'], { details: KEY }],
  [['ports', 'check', '4000'], { host: BAD, ports: BAD, state: 'free', isFree: true, transport: 'tcp', obstacles: [] }],
] as const)('no answer to %j commands the terminal', async ([args, answer]) => {
  const run = await openHostile(answer)
  const told = await run(...args)
  expect(told.stderr).toBe('')
  expect(told.stdout).toContain('\\x1b')
  expect(told.stdout).not.toMatch(RAW)
  const json = await run(...args, '--json')
  expect(json.stdout).not.toMatch(RAW)
  expect(JSON.parse(json.stdout)).toMatchObject(answer)
})

const EXPORT = (file: string) => ({
  host: 'seoul-1',
  claims: [],
  files: [{ file, format: 'project-ports', text: 'new' }],
})

test.for(['../outside.json', '/outside.json', 'a/../../outside.json', 'link/outside.json', 'a/./b.json'])(
  'a file called %s is written nowhere',
  async (file) => {
    await using world = await openFolder()
    const out = path.join(world.folder, 'out')
    const elsewhere = path.join(world.folder, 'elsewhere')
    await mkdir(out)
    await mkdir(elsewhere)
    await symlink(elsewhere, path.join(out, 'link'))
    const run = await openHostile(EXPORT(file))
    expect(await run('ports', 'export', '--to', out)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('CLI_USAGE'),
    })
    for (const place of [world.folder, elsewhere, '/'])
      await expect(readFile(path.join(place, 'outside.json'))).rejects.toMatchObject({ code: 'ENOENT' })
  },
)

test('a link in the way of a draft, or in place of the file, leads nowhere', async () => {
  await using world = await openFolder({ victim: 'old' })
  const victim = path.join(world.folder, 'victim')
  const out = path.join(world.folder, 'out')
  await mkdir(path.join(out, 'worb'), { recursive: true })
  await symlink(victim, path.join(out, 'worb', 'ports.json.new'))
  await symlink(victim, path.join(out, 'worb', 'ports.json'))
  const run = await openHostile(EXPORT('worb/ports.json'))
  expect(await run('ports', 'export', '--to', out)).toMatchObject({ exitCode: 0 })
  expect(await readFile(victim, 'utf8')).toBe('old')
  expect(await readFile(path.join(out, 'worb', 'ports.json'), 'utf8')).toBe('new')
  await writeFile(victim, 'as it was')
  expect(await readFile(path.join(out, 'worb', 'ports.json'), 'utf8')).toBe('new')
})
