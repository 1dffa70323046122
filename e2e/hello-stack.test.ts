import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { findChromium, openBrowser, openPage, type PageOptions, type WatchedPage } from './browser.ts'
import { openExampleCopy, type StackCopy } from './stack-copy.ts'

const chromium = findChromium()
const reason = chromium === undefined ? ' (SKIPPED: no Chromium; set PORTOLAN_CHROMIUM)' : ''
const browserTest = test.skipIf(chromium === undefined)
const TIMEOUT_MS = 60_000
const WAIT = { timeout: 15_000, interval: 50 } as const
const HEALTHY = ['clock', 'tides', 'guestbook', 'postgres', 'web'] as const

let copy: StackCopy
let browser: Browser

beforeAll(async () => {
  if (chromium === undefined) return
  copy = await openExampleCopy()
  await copy.up()
  browser = await openBrowser(chromium)
}, 120_000)

afterAll(async () => {
  if (chromium === undefined) return
  await browser.close()
  await copy[Symbol.asyncDispose]()
}, 60_000)

async function visit(options?: PageOptions): Promise<WatchedPage> {
  const watched = await openPage(browser, copy.address, options)
  onTestFinished(() => watched.page.context().close())
  return watched
}

/** What a person sees of it. */
async function text(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).textContent()) ?? ''
}

async function isLive(page: Page, card: string): Promise<void> {
  await expect.poll(() => page.locator(card).getAttribute('data-stream'), WAIT).toBe('live')
}

async function sign(page: Page, name: string, message: string): Promise<void> {
  await page.locator('#guest-name').fill(name)
  await page.locator('#guest-message').fill(message)
  await page.locator('#guestbook button[type=submit]').click()
}

/** The rows of the port table: service, port, state. */
async function portRows(page: Page): Promise<readonly (readonly string[])[]> {
  return page
    .locator('#port-table tbody tr')
    .evaluateAll((rows) =>
      rows.map((row) => [
        row.querySelector('th')?.textContent ?? '',
        row.querySelector('.port')?.textContent ?? '',
        row.getAttribute('data-state') ?? '',
      ]),
    )
}

browserTest(`the clock ticks by its event stream${reason}`, { timeout: TIMEOUT_MS }, async () => {
  const { page, complaints } = await visit()
  await isLive(page, '#clock')
  const first = await text(page, '.clock-time')
  expect(first).toMatch(/^\d\d:\d\d:\d\d$/)
  await expect.poll(() => text(page, '.clock-time'), WAIT).not.toBe(first)
  const second = await text(page, '.clock-time')
  await expect.poll(() => text(page, '.clock-time'), WAIT).not.toBe(second)
  expect(complaints).toEqual([])
})

browserTest(`the tide is drawn as a curve and said in words${reason}`, { timeout: TIMEOUT_MS }, async () => {
  const { page, complaints } = await visit()
  await isLive(page, '#tides')
  const points = await page.locator('.tide-chart .surface').getAttribute('points')
  expect(points?.split(' ').length).toBeGreaterThan(20)
  const box = await page.locator('.tide-chart').boundingBox()
  expect(box?.height).toBeGreaterThan(50)
  expect(await page.locator('.tide-chart').getAttribute('aria-label')).toMatch(/Tide curve.*-?\d+\.\d\d m/)
  expect(complaints).toEqual([])
})

browserTest(
  `the port table shows five services healthy behind the gateway${reason}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const { page, complaints } = await visit()
    const expected = [
      ['gateway', String(copy.port(3000)), 'healthy'],
      ...HEALTHY.map((name, index) => [name, String(copy.port([3101, 3102, 3103, 3105, 3104][index] ?? 0)), 'healthy']),
    ]
    await expect.poll(() => portRows(page), WAIT).toEqual(expected)
    expect(complaints).toEqual([])
  },
)

browserTest(
  `an entry appears in a second page without a reload, and outlives restart, down and up${reason}`,
  { timeout: 120_000 },
  async () => {
    const writer = await visit()
    const reader = await visit()
    await isLive(reader.page, '#guestbook')
    let loadCount = 0
    reader.page.on('load', () => {
      loadCount += 1
    })
    const message = `A ship from the other window, ${Date.now()}`
    await sign(writer.page, 'Mina', message)
    await expect.poll(() => text(reader.page, '.entries'), WAIT).toContain(message)
    expect(loadCount).toBe(0)
    await expect.poll(() => text(writer.page, '.form-outcome'), WAIT).toContain('Signed')
    expect([...writer.complaints, ...reader.complaints]).toEqual([])

    expect((await copy.run('restart', '--service', 'guestbook')).code).toBe(0)
    await isLive(reader.page, '#guestbook')
    expect(await text(reader.page, '.entries')).toContain(message)
    expect((await copy.run('down')).code).toBe(0)
    await copy.up()
    const later = await visit()
    await expect.poll(() => text(later.page, '.entries'), WAIT).toContain(message)
    expect(loadCount).toBe(0)
    // The page that stayed open has come back by itself, to all of it.
    await isLive(reader.page, '#guestbook')
    await isLive(reader.page, '#clock')
    expect(later.complaints).toEqual([])
  },
)

browserTest(`what a visitor writes is text, whatever it looks like${reason}`, { timeout: TIMEOUT_MS }, async () => {
  const { page, complaints } = await visit()
  await isLive(page, '#guestbook')
  await sign(page, '<b>Eve</b>', '<img src=x onerror=alert(1)>')
  await expect.poll(() => text(page, '.entries'), WAIT).toContain('<img src=x onerror=alert(1)>')
  expect(await page.locator('.entries img').count()).toBe(0)
  expect(complaints).toEqual([])
})

browserTest(`the page speaks English and Korean, and remembers which${reason}`, { timeout: TIMEOUT_MS }, async () => {
  const { page, complaints } = await visit()
  expect(await text(page, '#clock h2')).toBe('Clock')
  await page.getByRole('button', { name: '한국어' }).click()
  expect(await text(page, '#clock h2')).toBe('시계')
  expect(await page.locator('html').getAttribute('lang')).toBe('ko')
  await expect.poll(() => text(page, '#clock .stream-state'), WAIT).toBe('연결됨')
  await page.reload()
  expect(await text(page, '#clock h2')).toBe('시계')
  await page.getByRole('button', { name: 'English' }).click()
  expect(await text(page, '#clock h2')).toBe('Clock')
  const korean = await visit({ locale: 'ko-KR' })
  expect(await text(korean.page, '#clock h2')).toBe('시계')
  expect([...complaints, ...korean.complaints]).toEqual([])
})

browserTest(`everything is reached and done by keyboard alone${reason}`, { timeout: TIMEOUT_MS }, async () => {
  const { page, complaints } = await visit()
  await isLive(page, '#guestbook')
  const reached: string[] = []
  const press = async (key: string) => {
    await page.keyboard.press(key)
    reached.push(
      await page.evaluate<string>(
        '(({ id, className, dataset }) => id || dataset.language || className)(document.activeElement)',
      ),
    )
  }
  for (let count = 0; count < 6; count += 1) await press('Tab')
  expect(reached).toEqual(['en', 'ko', 'guest-name', 'guest-message', 'sign', 'entries-box'])
  const outline = await page.evaluate<string>(
    '(({ outlineStyle, boxShadow }) => `${outlineStyle} ${boxShadow}`)(getComputedStyle(document.activeElement))',
  )
  expect(outline).not.toMatch(/^none .* none$/)
  for (let count = 0; count < 3; count += 1) await page.keyboard.press('Shift+Tab')
  await page.keyboard.type('Keys only')
  await page.keyboard.press('Tab')
  await page.keyboard.type('no mouse')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('two lines')
  await page.keyboard.press('Enter')
  await expect.poll(() => text(page, '.entries li:first-child'), WAIT).toMatch(/Keys only[\s\S]*no mouse\s+two lines/)
  expect(complaints).toEqual([])
})

browserTest(`an empty form says what is missing and goes there${reason}`, { timeout: TIMEOUT_MS }, async () => {
  const { page, complaints } = await visit()
  await page.locator('#guestbook button[type=submit]').click()
  await expect.poll(() => text(page, '.form-outcome'), WAIT).not.toBe('')
  expect(await page.evaluate<string>('document.activeElement.id')).toBe('guest-name')
  expect(complaints).toEqual([])
})

browserTest(
  `a killed clock is said to be gone, and is back without a reload${reason}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const { page } = await visit()
    await isLive(page, '#clock')
    const clock = await copy.processLike(/clock\/server\.mjs/)
    process.kill(clock.pid, 'SIGKILL')
    await expect.poll(() => page.locator('#clock').getAttribute('data-stream'), { ...WAIT, interval: 10 }).toBe('lost')
    expect(await text(page, '#clock .stream-state')).toMatch(/disconnected/)
    await isLive(page, '#clock')
    const back = await text(page, '.clock-time')
    await expect.poll(() => text(page, '.clock-time'), WAIT).not.toBe(back)
  },
)

browserTest.for([
  { width: 360, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
  { width: 1280, colorScheme: 'dark' },
] as const)(`nothing is cut off or overlaps at %o${reason}`, { timeout: TIMEOUT_MS }, async (options) => {
  for (const locale of ['en-GB', 'ko-KR']) {
    const { page, complaints } = await visit({ ...options, locale, height: 800 })
    await isLive(page, '#tides')
    const [scrolled, shown] = await page.evaluate<readonly [number, number]>(
      '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
    )
    expect(scrolled).toBeLessThanOrEqual(shown)
    const button = await page.locator('#guestbook button[type=submit]').boundingBox()
    expect(button?.height).toBeGreaterThanOrEqual(24) // WCAG 2.2, 2.5.8
    expect(complaints).toEqual([])
  }
})
