import { once } from 'node:events'
import { access, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ANSWERING, CRASHING, SLOW, stackOf } from './own-programs.ts'
import { openExampleCopy, openOwnStack, type StackCopy } from './stack-copy.ts'

const TIMEOUT_MS = 90_000

/** Somebody else's program on a port of ours. */
async function takePort(port: number): Promise<void> {
  const server = createServer((_request, response) => response.end('a stranger')).listen(port, '127.0.0.1')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
}

async function hasDataFolder(copy: StackCopy): Promise<boolean> {
  return access(join(copy.folder, '.portolan')).then(
    () => true,
    () => false,
  )
}

test('a taken port is named with who has it, and nothing is started', { timeout: TIMEOUT_MS }, async () => {
  await using copy = await openExampleCopy()
  await takePort(copy.port(3103))
  for (const args of [['up'], ['up', '--detach']]) {
    const { code, stdout, stderr } = await copy.run(...args)
    expect(stderr).toMatch(/^SUPERVISE_PORTS_TAKEN: A port that the stack declares cannot be bound/)
    expect(stderr).toContain(`127.0.0.1:${copy.port(3103)}`)
    expect(stderr).toContain('for guestbook.http is taken: by node')
    expect(stderr).toMatch(new RegExp(`process ${process.pid}, user \\w+, since \\d{4}-\\d\\d-\\d\\dT`))
    expect(stderr).toContain(`main.ts up --shift ${copy.shift + 100}"`)
    expect(stdout).not.toContain('healthy')
    expect(code).toBe(1)
  }
  expect(await copy.processes()).toEqual([])
})

test('a port that is taken between the look and the start fails the start and names who has it', {
  timeout: TIMEOUT_MS,
}, async () => {
  await using copy = await openOwnStack({
    'portolan.yaml': stackOf({ slow: { port: 3101 }, late: { port: 3102, needs: 'slow' } }),
    'slow.mjs': SLOW,
    'late.mjs': ANSWERING,
  })
  await using call = copy.begin('up')
  await copy.processLike(/slow\.mjs/)
  await takePort(copy.port(3102))
  const { code, stderr } = await call.ended
  expect(stderr).toContain('Service "late" did not start')
  expect(stderr).toContain(`process ${process.pid}`)
  expect(code).toBe(1)
  expect(await copy.processes()).toEqual([])
})

test('a broken stack file is answered with every fault and its line; nothing is started or made', {
  timeout: TIMEOUT_MS,
}, async () => {
  const text =
    'stack: broken\nservices:\n  one:\n    run: { command: node }\n    prots: { http: 3101 }\n  two:\n    run: { comand: node }\n    ports: { http: 70000 }\n'
  await using copy = await openOwnStack({ 'portolan.yaml': text })
  for (const args of [['up'], ['up', '--detach'], ['status'], ['down']]) {
    const { code, stdout, stderr } = await copy.run(...args)
    expect(stderr).toMatch(/^STACK_INVALID: The stack file has \d faults:/)
    expect(stderr).toMatch(/portolan\.yaml:5:\d+ .*"prots".*Did you mean "ports"\?/)
    expect(stderr).toMatch(/portolan\.yaml:7:\d+ .*"services\.two\.run".*Did you mean "command"\?/)
    expect(stderr).toMatch(/portolan\.yaml:8:\d+ .*70000/)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  }
  expect(await hasDataFolder(copy)).toBe(false)
})

test('a file that is no YAML is answered with the line', { timeout: TIMEOUT_MS }, async () => {
  await using copy = await openOwnStack({ 'portolan.yaml': 'stack: broken\nservices: [one\n' })
  const { code, stderr } = await copy.run('up')
  expect(stderr).toMatch(/portolan\.yaml:\d:\d+ /)
  expect(code).toBe(2)
  expect(await hasDataFolder(copy)).toBe(false)
})

test('a folder without a stack file is said to have none', { timeout: TIMEOUT_MS }, async () => {
  await using copy = await openOwnStack({})
  const { code, stderr } = await copy.run('up')
  expect(stderr).toMatch(/^CLI_STACK_FILE_MISSING: There is no stack file at "\."/)
  expect(code).toBe(2)
})

test('a value that is missing outside is named', { timeout: TIMEOUT_MS }, async () => {
  const text = `${stackOf({ answering: { port: 3101 } })}    environment: { TOKEN: "\${STREAM_TOKEN}" }\n`
  await using copy = await openOwnStack({ 'portolan.yaml': text, 'answering.mjs': ANSWERING })
  const { code, stderr } = await copy.run('up', '--detach')
  expect(stderr).toContain('STREAM_TOKEN')
  expect(stderr).toMatch(/portolan\.yaml:\d+:\d+/)
  expect(code).toBe(2)
  expect(await hasDataFolder(copy)).toBe(false)
  copy.environment = { ...copy.environment, STREAM_TOKEN: 'given' }
  await copy.up()
})

test.for([['up'], ['up', '--detach']])(
  'a service that crashes fails %o with its last lines and its exit status',
  { timeout: TIMEOUT_MS },
  async (args) => {
    await using copy = await openOwnStack({
      'portolan.yaml': stackOf({ answering: { port: 3101 }, crashing: { port: 3102, needs: 'answering' } }),
      'answering.mjs': ANSWERING,
      'crashing.mjs': CRASHING,
    })
    const { code, stderr } = await copy.run(...args)
    expect(stderr).toMatch(/^SUPERVISE_SERVICE_FAILED: Service "crashing" did not start: it ended with exit status 3\./)
    expect(stderr).toContain('  | reading the settings')
    expect(stderr).toContain('  | the settings have no key "colour"')
    expect(code).toBe(1)
    expect(await copy.processes()).toEqual([])
  },
)

test('a program that is not installed is named', { timeout: TIMEOUT_MS }, async () => {
  const text =
    'stack: own\nservices:\n  missing:\n    run: { command: portolan-nobody-has-this }\n    ports: { http: 3101 }\n'
  await using copy = await openOwnStack({ 'portolan.yaml': text })
  const { code, stderr } = await copy.run('up')
  expect(stderr).toContain('The program "portolan-nobody-has-this" was not found')
  expect(code).toBe(1)
})

test('data of another PostgreSQL version is not touched, and the message has both versions', {
  timeout: TIMEOUT_MS,
}, async () => {
  await using copy = await openExampleCopy()
  await copy.up()
  await copy.run('down')
  const file = join(copy.data.serviceFolder('postgres'), 'PG_VERSION')
  await writeFile(file, '15\n')
  const { code, stderr } = await copy.run('up')
  expect(stderr).toContain('Service "postgres" did not start')
  expect(stderr).toMatch(/"15".*"18"|18.*15/s)
  expect(code).toBe(1)
  expect(await readFile(file, 'utf8')).toBe('15\n')
  expect(await copy.processes()).toEqual([])
})

test('a damaged database fails the start with what PostgreSQL said', { timeout: TIMEOUT_MS }, async () => {
  await using copy = await openExampleCopy()
  await copy.up()
  await copy.run('down')
  await rm(join(copy.data.serviceFolder('postgres'), 'global', 'pg_control'))
  const { code, stderr } = await copy.run('up', '--detach')
  expect(stderr).toContain('Service "postgres" did not start: it ended with exit status')
  expect(stderr).toMatch(/ {2}\| .*could not find the database system/)
  expect(code).toBe(1)
  expect(await copy.processes()).toEqual([])
})

test('a migration that fails half-way leaves nothing of itself, and works once it is corrected', {
  timeout: TIMEOUT_MS,
}, async () => {
  await using copy = await openExampleCopy()
  const file = join(copy.folder, 'guestbook/migrations/0001-entries.ts')
  const right = await readFile(file, 'utf8')
  await writeFile(
    file,
    right.replace(
      /\)\n {2}`/,
      '); CREATE TABLE entries_of_nobody (guest bigint REFERENCES guests_that_are_missing)\n  `',
    ),
  )
  const failed = await copy.run('up')
  expect(failed.stderr).toContain('Service "guestbook" did not start')
  expect(failed.stderr).toContain('0001-entries')
  expect(failed.stderr).toContain('guests_that_are_missing')
  expect(failed.code).toBe(1)
  expect(await copy.processes()).toEqual([])
  await writeFile(file, right) // a half-made table would now be in the way
  await copy.up()
  const answer = await fetch(`${copy.address}/api/guestbook`)
  expect(await answer.json()).toEqual({ entries: [] })
})
