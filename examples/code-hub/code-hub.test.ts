import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { dataFolderOf } from '@portolan/supervise'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { podmanLacks } from './own-podman.ts'
import { CLI, openWorkspaceHost, STACK_FOLDER, type WorkspaceHost } from './workspace-host.ts'

const CHROMIUM = process.env.PORTOLAN_CHROMIUM ?? '/usr/bin/chromium'
const lacks = existsSync(CHROMIUM) ? podmanLacks() : 'there is no Chromium (set PORTOLAN_CHROMIUM)'
const missing = lacks === undefined ? undefined : `NOT TESTED: ${lacks}`
if (missing !== undefined) console.warn(missing)
const hubTest = test.skipIf(missing !== undefined)
const DECLARED_PORT = 3200
/** For a machine on which others work at the same time. */
const TEST = { timeout: 90_000 } as const
const WAIT = { timeout: 20_000, interval: 50 } as const

/** The example as somebody runs it, in a copy and on ports of its own. */
interface Hub extends AsyncDisposable {
  readonly origin: string
  /** The address of a workspace's front end. */
  front(workspace: string): string
  fileOf(workspace: string, file: string): string
}

let host: WorkspaceHost
let hub: Hub
let browser: Browser

beforeAll(async () => {
  if (missing !== undefined) return
  host = await openWorkspaceHost()
  hub = await openHub(host)
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] })
}, 90_000)

afterAll(async () => {
  if (missing !== undefined) return
  await browser?.close()
  await hub?.[Symbol.asyncDispose]()
  await host?.[Symbol.asyncDispose]()
}, 60_000)

async function openHub({ environment }: WorkspaceHost): Promise<Hub> {
  await using releasers = new AsyncDisposableStack()
  // Beside the original, so that its modules find their packages; git does not see it.
  const folder = await mkdtemp(path.join(STACK_FOLDER, '../.portolan-code-hub-'))
  releasers.defer(() => rm(folder, { recursive: true, force: true }))
  await cp(STACK_FOLDER, folder, { recursive: true, filter: (file) => !/\/(\.portolan|node_modules)$/.test(file) })
  const shift = (await freePort()) - DECLARED_PORT
  const env = { ...process.env, ...environment }
  const up = spawn(process.execPath, [CLI, 'up', '--shift', String(shift)], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  releasers.defer(() => end(up))
  await untilUp(up)
  const port = DECLARED_PORT + shift
  const data = path.join(dataFolderOf(folder, { environment: 'development', shift }).serviceFolder('hub'), 'workspaces')
  const owned = releasers.move()
  return {
    origin: `http://hub.localhost:${port}`,
    front: (workspace) => `http://5173-${workspace}.hub.localhost:${port}/`,
    fileOf: (workspace, file) => path.join(data, workspace, file),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function untilUp(up: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let said = ''
  up.stdout?.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if (said.includes('is up in')) resolve()
  })
  up.once('exit', () => reject(new Error(`It ended before it was up:\n${said}`)))
  return promise
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = 21_000 + Math.floor(Math.random() * 4_000)
    const [one, other] = await Promise.all([isFree(port), isFree(port + 1)])
    if (one && other) return port
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

/** A browser of somebody's own. */
async function openPerson(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  onTestFinished(() => context.close())
  return context.newPage()
}

async function signIn(page: Page, name: string): Promise<void> {
  await page.locator('input[name=name]').fill(name)
  await page.locator('input[name=password]').fill(name)
  await page.locator('form.tall button').click()
}

async function openHubAs(name: string, options?: BrowserContextOptions): Promise<Page> {
  const page = await openPerson(options)
  await page.goto(hub.origin)
  await signIn(page, name)
  await page.locator('li[data-workspace=alpha]').waitFor()
  return page
}

const BUTTONS = { stopped: 'Stop', running: 'Start' } as const

/** Presses the button that brings a workspace there, unless it is there already. */
async function bring(page: Page, workspace: string, state: keyof typeof BUTTONS): Promise<void> {
  await page.goto(hub.origin)
  const item = page.locator(`li[data-workspace=${workspace}]`)
  if ((await item.getAttribute('data-state')) === state) return
  await item.getByRole('button', { name: BUTTONS[state], exact: true }).click()
  await expect.poll(() => item.getAttribute('data-state'), WAIT).toBe(state)
}

async function share(page: Page, workspace: string, sharing: string): Promise<void> {
  await page.goto(hub.origin)
  const item = page.locator(`li[data-workspace=${workspace}]`)
  await item.locator('select').selectOption(sharing)
  await item.getByRole('button', { name: 'Share', exact: true }).click()
  await expect.poll(() => item.locator('select').inputValue(), WAIT).toBe(sharing)
}

const textOf = (page: Page, selector: string) => page.locator(selector).textContent({ timeout: 5_000 })

async function works(page: Page, workspace: string): Promise<void> {
  await expect.poll(() => textOf(page, '#json'), WAIT).toBe(workspace)
  await expect.poll(() => textOf(page, '#notes'), WAIT).toMatch(/^\d+ notes$/)
  await expect.poll(() => textOf(page, '#events'), WAIT).toMatch(/^\d{4}-/)
  await expect.poll(() => textOf(page, '#socket'), WAIT).toBe(`${workspace} heard: hello`)
}

hubTest(
  'a workspace that is stopped is waited for, and shown when it is started: JSON, POST, events and WebSocket of another port',
  async () => {
    const control = await openHubAs('ada')
    await bring(control, 'alpha', 'stopped')
    const page = await control.context().newPage()
    await page.goto(hub.front('alpha'))
    expect(await textOf(page, 'h1')).toBe('Workspace alpha is stopped')
    await bring(control, 'alpha', 'running')
    await works(page, 'alpha')
    expect(page.url()).toBe(hub.front('alpha'))
    expect(await page.evaluate('document.cookie')).toBe('')
  },
)

hubTest('an edit shows in the open page, without loading it again', TEST, async () => {
  const control = await openHubAs('ada')
  await bring(control, 'alpha', 'running')
  await control.goto(hub.front('alpha'))
  await works(control, 'alpha')
  await control.evaluate('globalThis.isSamePage = true')
  const file = hub.fileOf('alpha', 'front/words.js')
  const before = await readFile(file, 'utf8')
  await writeFile(file, before.replace(/'.*'/, `'Edited'`))
  await expect.poll(() => textOf(control, 'h1'), WAIT).toBe('Edited')
  expect(await control.evaluate('globalThis.isSamePage')).toBe(true)
  await writeFile(file, before)
})

hubTest('who follows a link signs in once, and comes to where the link led', TEST, async () => {
  const control = await openHubAs('ada')
  await bring(control, 'alpha', 'running')
  const page = await openPerson()
  await page.goto(`${hub.front('alpha')}?from=a-mail`)
  expect(page.url()).toContain(`${hub.origin}/sign-in?next=`)
  await signIn(page, 'ada')
  await works(page, 'alpha')
  expect(page.url()).toBe(`${hub.front('alpha')}?from=a-mail`)
})

hubTest('somebody else is refused until the port is shared; and then everybody, signed in or not', TEST, async () => {
  const control = await openHubAs('ada')
  await bring(control, 'alpha', 'running')
  await share(control, 'alpha', 'owner')
  const bo = await openHubAs('bo', { locale: 'ko-KR' })
  await bo.goto(hub.front('alpha'))
  expect(await textOf(bo, 'h1')).toBe('이 포트는 공유되어 있지 않습니다')
  await share(control, 'alpha', 'signed-in')
  await expect.poll(() => bo.reload().then(() => bo.title()), WAIT).toBe('A workspace')
  await works(bo, 'alpha')
  await share(control, 'alpha', 'public')
  const stranger = await openPerson()
  await expect.poll(() => stranger.goto(hub.front('alpha')).then(() => stranger.title()), WAIT).toBe('A workspace')
  await works(stranger, 'alpha')
  await share(control, 'alpha', 'owner')
  await expect.poll(() => stranger.reload().then(() => stranger.url()), WAIT).toContain('/sign-in?next=')
})

hubTest(
  'whoever signs out of the hub is signed out of every workspace, and what was open breaks off',
  TEST,
  async () => {
    const control = await openHubAs('ada')
    await bring(control, 'alpha', 'running')
    const page = await control.context().newPage()
    await page.goto(hub.front('alpha'))
    await works(page, 'alpha')
    const isOpen = `new Promise((resolve, reject) => {
    globalThis.socket = new WebSocket(location.origin.replace('http', 'ws').replace('5173', '8000'))
    socket.onopen = () => resolve(true)
    socket.onerror = () => reject(new Error('no WebSocket'))
  })`
    expect(await page.evaluate(isOpen)).toBe(true)
    await control.goto(hub.origin)
    await control.getByRole('button', { name: 'Sign out' }).click()
    await expect.poll(() => page.evaluate('globalThis.socket.readyState'), WAIT).toBe(3)
    await page.goto(hub.front('alpha'))
    expect(page.url()).toContain('/sign-in?next=')
  },
)
