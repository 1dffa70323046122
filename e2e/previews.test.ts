import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { openTestPostgres, type TestPostgres } from '@portolan/postgres/testing'
import { openTestRegistryServer, type TestRegistryServer } from '@portolan/registry-server/testing'
import { dataFolderOf, readRunState } from '@portolan/supervise'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { findChromium, openBrowser, openPage } from './browser.ts'
import { openExampleCopy, openOwnStack, type StackCopy } from './stack-copy.ts'
import { Outbox } from './wealist/outbox.ts'
import { openWealistStack } from './wealist/wealist-stack.ts'

/** Above the slots of the other tests, below what the kernel gives away itself. */
const BAND = { first: 31_200, last: 31_999 } as const
const WAIT = { timeout: 20_000, interval: 100 } as const
const LONG = { timeout: 120_000 } as const

const chromium = findChromium()
/** What the registry takes for the time; a test may move it. */
const clock = { aheadMs: 0 }
let server: TestPostgres
let registry: TestRegistryServer

beforeAll(async () => {
  server = await openTestPostgres()
  const draft = { name: 'here', addresses: ['127.0.0.1'] }
  registry = await openTestRegistryServer(server, {
    settings: {
      hosts: [{ ...DEFAULT_HOST, draft }],
      bands: [{ environment: 'preview', kind: 'app', range: BAND }],
      sweepEveryMs: 200,
    },
    now: () => new Date(Date.now() + clock.aheadMs),
  })
}, 120_000)

afterAll(async () => {
  await registry[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
}, 60_000)

const DEFAULT_HOST = { kernel: true, ssh: undefined, engines: [] } as const

/** A checkout that asks the registry of this file. */
async function openCheckout(open: () => Promise<StackCopy> = openExampleCopy): Promise<StackCopy> {
  const copy = await open()
  onTestFinished(() => copy[Symbol.asyncDispose]())
  const asked = {
    PORTOLAN_REGISTRY: registry.url,
    PORTOLAN_REGISTRY_KEY: registry.adminKey,
    PORTOLAN_HOST: 'here',
  }
  copy.environment = { ...copy.environment, ...asked }
  return copy
}

async function run(copy: StackCopy, ...args: readonly string[]) {
  await using call = copy.beginPlain(...args)
  return await call.ended
}

interface Preview {
  readonly url: string
  readonly ports: readonly number[]
}

/** Starts one in the background; it is ended with the test. */
async function startPreview(copy: StackCopy, name: string, ...options: readonly string[]): Promise<Preview> {
  const outcome = await run(copy, 'preview', 'up', name, '--detach', ...options)
  onTestFinished(async () => void (await run(copy, 'preview', 'down', name)))
  expect(outcome.code, `${outcome.stdout}\n${outcome.stderr}`).toBe(0)
  const url = /http:\/\/localhost:\d+/.exec(outcome.stdout)?.[0] ?? ''
  const status = await run(copy, 'status', '--json', '--preview', name)
  expect(status.code, status.stdout).toBe(0)
  return { url, ports: portsIn(status.stdout) }
}

function portsIn(status: string): readonly number[] {
  const { services }: { services: readonly { ports: readonly { port: number }[] }[] } = JSON.parse(status)
  return services.flatMap(({ ports }) => ports.map(({ port }) => port))
}

async function liveClaims(project = 'hello') {
  return (await registry.call('port_list', { project })).claims
}

async function sign(url: string, message: string): Promise<void> {
  const answer = await fetch(`${url}/api/guestbook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ name: 'Mina', message }),
  })
  expect(answer.status, await answer.text()).toBeLessThan(300)
}

async function entriesOf(url: string): Promise<string> {
  return (await fetch(`${url}/api/guestbook`)).text()
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false // ECONNREFUSED: nobody listens
  } finally {
    socket.destroy()
  }
}

test('previews of two checkouts run beside the plain copy, each on ports and with data of its own', LONG, async () => {
  const [here, there] = [await openCheckout(), await openCheckout()]
  await here.up()
  const previews = [
    await startPreview(here, 'one'),
    await startPreview(there, 'one'), // the same name, of another checkout
    await startPreview(here, 'two'),
  ]
  const ports = previews.flatMap((preview) => preview.ports)
  expect(new Set(ports).size).toBe(18)
  expect(ports.filter((port) => port < BAND.first || port > BAND.last)).toEqual([])
  const urls = [here.address, ...previews.map(({ url }) => url)]
  for (const [index, url] of urls.entries()) await sign(url, `only of copy ${index}`)
  for (const [index, url] of urls.entries()) {
    const entries = await entriesOf(url)
    expect(entries).toContain(`only of copy ${index}`)
    expect(entries.match(/only of copy/g)).toHaveLength(1)
  }
  await showsItsOwn(previews)

  const listed = await run(here, 'preview', 'list', '--json')
  const { previews: rows }: { previews: readonly { name: string; state: string; url: string }[] } = JSON.parse(
    listed.stdout,
  )
  expect(new Set(rows.map(({ name, state, url }) => `${name} ${state} ${url}`))).toEqual(
    new Set(previews.map(({ url }, index) => `${index === 2 ? 'two' : 'one'} running ${url}`)),
  )

  expect((await run(here, 'preview', 'down', 'one')).code).toBe(0)
  expect(await Promise.all((previews[0]?.ports ?? []).map(isOpen))).not.toContain(true)
  expect(new Set((await liveClaims()).map(({ port }) => port))).toEqual(
    new Set(previews.slice(1).flatMap((preview) => preview.ports)),
  )
  expect((await fetch(previews[1]?.url ?? '')).status).toBe(200)
  expect((await fetch(here.address)).status).toBe(200)
})

/** In a browser: every card is live, and the page's own table names the ports of its copy. */
async function showsItsOwn(previews: readonly Preview[]): Promise<void> {
  if (chromium === undefined) return
  const browser: Browser = await openBrowser(chromium)
  onTestFinished(() => browser.close())
  for (const { url, ports } of previews) {
    const { page, complaints } = await openPage(browser, url)
    for (const card of ['#clock', '#guestbook']) {
      await expect.poll(() => page.locator(card).getAttribute('data-stream'), WAIT).toBe('live')
    }
    const shown = () => page.locator('#port-table tbody .port').allTextContents()
    await expect.poll(async () => new Set((await shown()).map(Number)), WAIT).toEqual(new Set(ports))
    expect(complaints).toEqual([])
  }
}

const SMALL = {
  'portolan.yaml': `stack: small
gateway: { ports: { http: auto } }
services:
  web:
    run: { command: node, args: [web.mjs] }
    ports: { http: auto, extra: { range: auto, size: 5 } }
    routes: [/]
    health: /
    environment: { PUBLIC: "http://localhost:{port:gateway.http}", OWN: "{url:web}" }
`,
  'web.mjs': `import { createServer } from 'node:http'
const { PORT, HOST, PORT_EXTRA, PORT_EXTRA_LAST, PUBLIC, OWN, PORTOLAN_PREVIEW = '' } = process.env
createServer((_, response) => response.end([PORT, PORT_EXTRA, PORT_EXTRA_LAST, PUBLIC, OWN, PORTOLAN_PREVIEW].join(' ')))
  .listen(Number(PORT), HOST)
`,
}
const openSmall = () => openCheckout(() => openOwnStack(SMALL))

test('auto ports are the same at every start, until they are given back', LONG, async () => {
  const copy = await openSmall()
  onTestFinished(async () => void (await run(copy, 'down', '--release')))
  const started = async () => {
    expect((await run(copy, 'up', '--detach')).code).toBe(0)
    return portsIn((await run(copy, 'status', '--json')).stdout)
  }
  const first = await started()
  const [gateway = 0] = first
  const said = (await (await fetch(`http://localhost:${gateway}/`)).text()).split(' ')
  const [web = '', from = '', to = ''] = said
  expect(said).toEqual([web, from, to, `http://localhost:${gateway}`, `http://127.0.0.1:${web}`, ''])
  expect(Number(to) - Number(from)).toBe(4)
  expect(first.map((port) => port % 2)[0]).toBe(0) // blue of a pair
  expect((await run(copy, 'down')).code).toBe(0)
  expect(await liveClaims('small')).toHaveLength(3)
  expect((await run(copy, 'open')).stdout).toContain(String(gateway)) // known also while it is down
  expect(await started()).toEqual(first)
  expect((await run(copy, 'down', '--release')).code).toBe(0)
  expect(await liveClaims('small')).toEqual([])
})

test('two checkouts with auto ports start beside each other', LONG, async () => {
  const copies = [await openSmall(), await openSmall()]
  const ports: number[] = []
  for (const copy of copies) {
    onTestFinished(async () => void (await run(copy, 'down', '--release')))
    expect((await run(copy, 'up', '--detach')).code).toBe(0)
    ports.push(...portsIn((await run(copy, 'status', '--json')).stdout))
  }
  expect(new Set(ports).size).toBe(ports.length)
})

test('a preview that is started twice says that it runs, an unknown one that it is none', LONG, async () => {
  const copy = await openSmall()
  const { url } = await startPreview(copy, 'one', '--for', '10m')
  const [port = '', , , origin, , name] = (await (await fetch(url)).text()).split(' ')
  expect({ origin, name }).toEqual({ origin: url, name: 'one' })
  expect(Number(port)).toBeGreaterThan(BAND.first)
  const again = await run(copy, 'preview', 'up', 'one')
  expect(again).toMatchObject({ code: 1 })
  expect(again.stderr).toContain('CLI_PREVIEW_RUNNING')
  const unknown = await run(copy, 'preview', 'down', 'on')
  expect(unknown).toMatchObject({ code: 1 })
  expect(unknown.stderr).toContain('CLI_PREVIEW_MISSING')
  expect(unknown.stderr).toContain('"one"')
  const misnamed = await run(copy, 'preview', 'up', 'Feature/1')
  expect(misnamed).toMatchObject({ code: 2 })
  expect((await run(copy, 'preview', 'up', 'two', '--for', 'soon')).code).toBe(2)
  const before = await liveClaims('small')
  expect((await run(copy, 'preview', 'renew', 'one', '--for', '2h')).code).toBe(0)
  const [renewed] = await liveClaims('small')
  expect(Date.parse(renewed?.leaseUntil ?? '')).toBeGreaterThan(Date.parse(before[0]?.leaseUntil ?? '') + 3_600_000)
})

test('a forgotten preview ends by itself, and gives its ports back', LONG, async () => {
  const copy = await openSmall()
  await using call = copy.beginPlain('preview', 'up', 'short', '--for', '3s')
  await call.said('Open')
  expect(await liveClaims('small')).toHaveLength(3)
  const outcome = await call.ended
  expect(outcome).toMatchObject({ code: 0 })
  expect(outcome.stdout).toContain('The time of preview "short" is over')
  expect(await liveClaims('small')).toEqual([])
})

test('Ctrl-C ends a preview, and its ports are given back', LONG, async () => {
  const copy = await openSmall()
  await using call = copy.beginPlain('preview', 'up', 'brief')
  await call.said('Open')
  call.signalGroup('SIGINT')
  expect((await call.ended).code).toBe(0)
  expect(await liveClaims('small')).toEqual([])
})

test('of a killed preview the ports come free when its lease is over and nothing listens any more', LONG, async () => {
  onTestFinished(() => {
    clock.aheadMs = 0
  })
  const copy = await openSmall()
  const { ports } = await startPreview(copy, 'killed', '--for', '1h')
  const folder = dataFolderOf(copy.folder, { environment: 'development', shift: 0, preview: 'killed' })
  process.kill((await readRunState(folder))?.supervisor?.pid ?? 0, 'SIGKILL')
  const web = await copy.processLike(/web\.mjs/)
  clock.aheadMs = 2 * 3_600_000
  // What a process still listens on is not taken from it, whatever the lease says.
  const held = async () => (await liveClaims('small')).map(({ port }) => port)
  await expect.poll(async () => (await held()).length, WAIT).toBe(1)
  expect(ports).toEqual(expect.arrayContaining(await held()))
  process.kill(web.pid, 'SIGKILL')
  await expect.poll(held, WAIT).toEqual([])
})

test('when the registry cannot be reached nothing is started', LONG, async () => {
  const copy = await openSmall()
  copy.environment = { ...copy.environment, PORTOLAN_REGISTRY: 'http://127.0.0.1:31198' }
  for (const command of [['up'], ['preview', 'up', 'one']]) {
    const { code, stderr } = await run(copy, ...command)
    expect(code).toBe(1)
    expect(stderr).toContain('OPERATIONS_SERVER_UNREACHABLE')
  }
  expect(await copy.processes()).toEqual([])
})

test('a preview that does not start leaves nothing held', LONG, async () => {
  const broken = { ...SMALL, 'web.mjs': 'process.exit(3)' }
  const copy = await openCheckout(() => openOwnStack(broken))
  const { code, stderr } = await run(copy, 'preview', 'up', 'broken')
  expect(code).toBe(1)
  expect(stderr).toContain('SUPERVISE_SERVICE_FAILED')
  expect(await liveClaims('small')).toEqual([])
})

test('somebody signs up in a preview of weAlist, and the link in the mail leads into that preview', LONG, async () => {
  const copy = await openCheckout(() => openWealistStack())
  const { url } = await startPreview(copy, 'trial')
  const email = 'mina@example.com'
  const password = 'a passphrase that is long enough'
  const post = async (path: string, body: object) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url },
      body: JSON.stringify(body),
    })
  expect((await post('/api/auth/sign-up', { email, password, name: 'Mina', locale: 'en' })).status).toBe(202)
  const data = dataFolderOf(copy.folder, { environment: 'development', shift: 0, preview: 'trial' })
  const link = await new Outbox(data.serviceFolder('auth')).linkOf(email, 'verify-email')
  expect(link.origin).toBe(url)
  const token = new URLSearchParams(link.hash.slice(1)).get('token')
  expect((await post('/api/auth/email/verify', { token, password })).status).toBeLessThan(300)
  // Of another copy, the same page has no say here.
  const foreign = await fetch(`${url}/api/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'http://localhost:3000' },
    body: JSON.stringify({ email, password }),
  })
  expect(foreign.status).toBe(403)
})

test('without a registry that is named, this machine’s own is started, and is there for the next', LONG, async () => {
  const copy = await openSmall()
  const { PORTOLAN_REGISTRY: _, PORTOLAN_REGISTRY_KEY: __, ...rest } = copy.environment
  copy.environment = { ...rest, XDG_STATE_HOME: join(copy.folder, 'state') }
  onTestFinished(async () => {
    await run(copy, 'down', '--release')
    await run(copy, 'registry', 'down')
  })
  const outcome = await run(copy, 'up', '--detach')
  expect(outcome.code, `${outcome.stdout}\n${outcome.stderr}`).toBe(0)
  expect(outcome.stdout).toContain("Starting this machine's registry")
  const { url } = await startPreview(copy, 'one')
  expect((await fetch(url)).status).toBe(200)
  const listed = await run(copy, 'preview', 'list', '--json')
  expect(listed).toMatchObject({ code: 0, stderr: '' }) // the registry has said it
  expect(listed.stdout).toContain(url)
})
