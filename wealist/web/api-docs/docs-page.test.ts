import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openTestServices, type TestServices } from '../testing.ts'
import { openDocs } from './docs-world.ts'

const executablePath = process.env.PORTOLAN_CHROMIUM ?? '/usr/bin/chromium'
const isThere = existsSync(executablePath)
const SKIPPED = isThere ? '' : ' (SKIPPED: no Chromium; set PORTOLAN_CHROMIUM)'
const browserTest = test.skipIf(!isThere)
/** Everything on the page is looked at, and the machine may be busy. */
const TIMEOUT_MS = 90_000
const AXE = fileURLToPath(import.meta.resolve('axe-core/axe.min.js'))

let services: TestServices
let docs: Awaited<ReturnType<typeof openDocs>>
let browser: Browser
beforeAll(async () => {
  if (!isThere) return
  services = await openTestServices()
  docs = await openDocs(services)
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'], chromiumSandbox: false })
})
afterAll(async () => {
  if (!isThere) return
  await browser.close()
  await docs[Symbol.asyncDispose]()
  await services[Symbol.asyncDispose]()
})

interface Visit {
  readonly width?: number
  readonly colorScheme?: 'light' | 'dark'
  /** Only so that a test may put a script of its own into the page. */
  readonly bypassCSP?: boolean
  readonly hash?: string
}

async function visit({ width = 1280, colorScheme = 'light', bypassCSP = false, hash = '' }: Visit = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, bypassCSP })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const complaints: string[] = []
  const hosts = new Set<string>()
  page.on('console', (message) => void complaints.push(message.text()))
  page.on('pageerror', (error) => void complaints.push(String(error)))
  page.on('request', (request) => void hosts.add(new URL(request.url()).host))
  await page.goto(`${docs.origin}/api/docs${hash}`)
  await page.locator('.opblock').first().waitFor()
  return { page, complaints, hosts }
}

async function tryOut(page: Page, operation: string): Promise<string> {
  const block = page.locator(`#operations-${operation}`)
  await block.locator('.opblock-summary-control').click()
  await block.locator('.try-out__btn').click()
  await block.locator('.execute').click()
  return (await block.locator('.live-responses-table .response').textContent()) ?? ''
}

browserTest(
  `the page shows every group, and loads nothing from anywhere else${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const { page, complaints, hosts } = await visit()
    expect(await page.locator('.opblock-tag').allTextContents()).toContainEqual(expect.stringContaining('invitations'))
    expect(await page.locator('.opblock').count()).toBeGreaterThan(40)
    expect([...hosts].filter((host) => host !== '' && host !== new URL(docs.origin).host)).toEqual([])
    expect(complaints).toEqual([])
  },
)

browserTest(
  `a link leads to one operation, and what is tried goes to this origin${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const { page } = await visit({ hash: '#/invitations/createInvitation' })
    await page.locator('#operations-invitations-createInvitation.is-open').waitFor()
    // Auth is not behind this origin here: that it was asked is what is seen.
    expect(await tryOut(page, 'session-getAccount')).toContain('SERVICE_ROUTE_UNKNOWN')
  },
)

browserTest.for([
  { width: 1280, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
] as const)(`everybody can read it, with an operation open: %j${SKIPPED}`, { timeout: TIMEOUT_MS }, async (options) => {
  const { page } = await visit({ ...options, bypassCSP: true, hash: '#/invitations/createInvitation' })
  await page.locator('#operations-invitations-createInvitation .responses-table').waitFor()
  const hasRoom = await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth')
  expect(hasRoom).toBe(true)
  await page.addScriptTag({ path: AXE })
  const violations = await page.evaluate<string[]>(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html))',
  )
  expect(violations).toEqual([])
})
