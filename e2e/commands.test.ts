import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ANSWERING, stackOf } from './own-programs.ts'
import { openExampleCopy, openOwnStack, START_MS } from './stack-copy.ts'

const TIMEOUT_MS = 90_000

/** Says each path that it is asked for. */
const TALKING = `
import { createServer } from 'node:http'
createServer((request, response) => {
  if (request.url !== '/') console.log('asked for ' + request.url)
  response.end('here')
}).listen(Number(process.env.PORT), process.env.HOST)
`

function openTalking() {
  return openOwnStack({ 'portolan.yaml': stackOf({ talking: { port: 3101 } }), 'talking.mjs': TALKING })
}

test('status --json says exactly what is documented, and its exit status whether all is well', {
  timeout: TIMEOUT_MS,
}, async () => {
  await using copy = await openExampleCopy()
  const before = await copy.run('status', '--json')
  expect(JSON.parse(before.stdout)).toEqual({ stack: 'hello', environment: 'development', services: [] })
  expect(before.code).toBe(1)
  await copy.up()
  const { code, stdout } = await copy.run('status', '--json')
  expect(code).toBe(0)
  const service = (name: string, ports: readonly (readonly [string, number, string])[]) => ({
    name,
    state: 'healthy',
    pid: expect.any(Number),
    ports: ports.map(([port, number, scheme]) => ({
      name: port,
      port: copy.port(number),
      transport: 'tcp',
      url: `${scheme}://127.0.0.1:${copy.port(number)}`,
    })),
    restarts: 0,
    since: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  })
  expect(JSON.parse(stdout)).toStrictEqual({
    stack: 'hello',
    environment: 'development',
    services: [
      service('gateway', [['http', 3000, 'http']]),
      service('clock', [['http', 3101, 'http']]),
      service('tides', [['http', 3102, 'http']]),
      service('guestbook', [['http', 3103, 'http']]),
      service('web', [['http', 3104, 'http']]),
      service('postgres', [['sql', 3105, 'postgres']]),
    ],
  })
})

test('status says why a service failed, and its exit status is 1', { timeout: TIMEOUT_MS }, async () => {
  await using copy = await openOwnStack({
    'portolan.yaml': stackOf({ passing: { port: 3101 } }),
    'passing.mjs': `
import { existsSync, writeFileSync } from 'node:fs'
if (existsSync('was-here')) process.exit(7)
writeFileSync('was-here', '')
${ANSWERING}`,
  })
  await copy.up()
  const { pid } = await copy.processLike(/passing\.mjs/)
  process.kill(pid, 'SIGKILL')
  await expect.poll(async () => (await copy.states()).passing, { timeout: 10_000, interval: 20 }).toBe('failed')
  const { code, stdout } = await copy.run('status', '--json')
  expect(code).toBe(1)
  expect(JSON.parse(stdout).services).toMatchObject([
    { name: 'passing', reason: expect.stringMatching(/exit status 7|signal SIGKILL/) },
  ])
})

test('logs --follow shows new lines as they come, and ends on Ctrl-C', { timeout: TIMEOUT_MS }, async () => {
  await using copy = await openTalking()
  await copy.up()
  await fetch(`http://127.0.0.1:${copy.port(3101)}/before`)
  await using call = copy.begin('logs', '--follow')
  await call.said(/talking {2}.*asked for \/before/)
  await fetch(`http://127.0.0.1:${copy.port(3101)}/meanwhile`)
  await call.said(/talking {2}.*asked for \/meanwhile/)
  call.signalGroup('SIGINT')
  const { code, stdout, stderr } = await call.ended
  expect(stdout.split('\n').filter((line) => line.includes('/meanwhile'))).toHaveLength(1)
  expect(stderr).toBe('')
  expect(code).toBe(0)
})

test('logs --since leaves out what is older, and --json gives one object a line', { timeout: TIMEOUT_MS }, async () => {
  await using copy = await openTalking()
  await copy.up()
  await fetch(`http://127.0.0.1:${copy.port(3101)}/older`)
  await expect.poll(() => copy.log('talking')).toContain('/older')
  await expect.poll(() => new Date().getMilliseconds(), { interval: 1 }).toBeGreaterThan(0)
  const since = new Date(Date.now() + 1).toISOString()
  await expect.poll(() => new Date().toISOString() > since, { interval: 1 }).toBe(true)
  await fetch(`http://127.0.0.1:${copy.port(3101)}/newer`)
  await expect.poll(() => copy.log('talking')).toContain('/newer')
  const all = await copy.run('logs', '--service', 'talking')
  expect(all.stdout).toMatch(/\/older[\s\S]*\/newer/)
  const { stdout } = await copy.run('logs', '--since', since, '--json')
  const lines: unknown[] = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines).toEqual([{ service: 'talking', at: expect.any(String), stream: 'out', text: 'asked for /newer' }])
  const wrong = await copy.run('logs', '--since', 'yesterday')
  expect(wrong.stderr).toContain('"yesterday"')
  expect(wrong.code).toBe(2)
})

test('restart restarts the one that is named, and says which there are', { timeout: TIMEOUT_MS }, async () => {
  await using copy = await openTalking()
  await copy.up()
  const before = await copy.processLike(/talking\.mjs/)
  const { code, stdout, stderr } = await copy.run('restart', '--service', 'talking')
  expect(stdout).toMatch(/"talking" is healthy again after/)
  expect(stderr).toBe('')
  expect(code).toBe(0)
  expect((await copy.processLike(/talking\.mjs/)).pid).not.toBe(before.pid)
  await appendFile(join(copy.folder, 'portolan.yaml'), '# changed\n')
  expect((await copy.run('restart', '--service', 'talking')).stderr).toContain('The stack file has changed')
  const unknown = await copy.run('restart', '--service', 'walking')
  expect(unknown.stderr).toMatch(/no service "walking"\. It has "talking"/)
  expect(unknown.code).not.toBe(0)
})

test('two copies run side by side by --shift, each with data of its own', { timeout: TIMEOUT_MS }, async () => {
  await using copy = await openExampleCopy()
  const second = await copy.openSecondShift()
  await copy.up()
  await using call = copy.beginPlain('up', '--detach', '--shift', String(second))
  expect((await call.ended).code).toBe(0)
  const addresses = [copy.address, `http://localhost:${3000 + second}`]
  for (const [index, address] of addresses.entries()) {
    const answer = await fetch(`${address}/api/guestbook`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'writer', message: `copy ${index}` }),
    })
    expect(answer.status).toBe(201)
  }
  const messages = await Promise.all(addresses.map((address) => listMessages(address)))
  expect(messages).toEqual([['copy 0'], ['copy 1']])
  await using down = copy.beginPlain('down', '--shift', String(second))
  expect((await down.ended).code).toBe(0)
  expect((await fetch(`${copy.address}/api/guestbook`)).status).toBe(200)
  expect(Object.values(await copy.states()).every((state) => state === 'healthy')).toBe(true)
})

async function listMessages(address: string): Promise<unknown> {
  const answer = await fetch(`${address}/api/guestbook`)
  const { entries }: { readonly entries: readonly { readonly message: string }[] } = JSON.parse(await answer.text())
  return entries.map(({ message }) => message)
}

test('down of a stack that does not run says so and is no failure', { timeout: START_MS }, async () => {
  await using copy = await openTalking()
  const { code, stdout } = await copy.run('down')
  expect(stdout).toContain('was not running')
  expect(code).toBe(0)
})

test('commands without --shift mean the copy that runs, when there is one', { timeout: TIMEOUT_MS }, async () => {
  await using copy = await openTalking()
  await copy.up()
  await using status = copy.beginPlain('status')
  expect((await status.ended).code).toBe(0)
  await using down = copy.beginPlain('down')
  expect((await down.ended).stdout).toContain('is stopped')
})

test('what is no command, option or number is answered with exit status 2', { timeout: TIMEOUT_MS }, async () => {
  await using copy = await openTalking()
  for (const args of [['launch'], ['up', '--sideways'], ['up', '--shift', 'far']]) {
    await using call = copy.beginPlain(...args)
    const { code, stderr } = await call.ended
    expect(stderr).not.toBe('')
    expect(code).toBe(2)
  }
})
