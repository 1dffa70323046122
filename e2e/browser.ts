import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'

/** What was wrong in a page: errors on its console, exceptions, answers that a policy forbade. */
export interface WatchedPage {
  readonly page: Page
  readonly complaints: readonly string[]
}

/** No sandbox: tests may run as root. No services of the browser's own: it talks to the stack and to nobody else. */
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The Chromium that the tests drive: what `npm test` found or installed, else Debian's. */
export function findChromium(): string | undefined {
  const chosen = process.env.PORTOLAN_CHROMIUM ?? '/usr/bin/chromium'
  return existsSync(chosen) ? chosen : undefined
}

export async function openBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ARGUMENTS, chromiumSandbox: false })
}

export interface PageOptions {
  readonly width?: number
  readonly height?: number
  readonly locale?: string
  readonly colorScheme?: 'light' | 'dark'
}

const DEFAULTS = { width: 1280, height: 900, locale: 'en-GB', colorScheme: 'light' } as const satisfies PageOptions

/** A page of a person of its own: nothing is shared with other pages. */
export async function openPage(browser: Browser, address: string, options: PageOptions = {}): Promise<WatchedPage> {
  const { width, height, locale, colorScheme } = { ...DEFAULTS, ...options }
  const context = await browser.newContext({ viewport: { width, height }, locale, colorScheme })
  const page = await context.newPage()
  const complaints: string[] = []
  // A policy violation is an error on the console too ("Refused to …").
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  await page.goto(address)
  return { page, complaints }
}
