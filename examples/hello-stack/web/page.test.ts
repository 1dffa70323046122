import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServiceProcess, startModule } from '../testing.ts'

// The page alone, without the services behind it: what they add is tested with the whole stack.
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const NOBODY = 'http://127.0.0.1:9'

const testInBrowser = test.runIf(existsSync(CHROMIUM))
let browser: Browser | undefined
let web: ServiceProcess

beforeAll(async () => {
  web = startModule('web', { CLOCK_URL: NOBODY, TIDES_URL: NOBODY, GUESTBOOK_URL: NOBODY })
  await web.origin()
  if (!existsSync(CHROMIUM)) return
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking']
  browser = await chromium.launch({ executablePath: CHROMIUM, args })
})
afterAll(async () => {
  await browser?.close()
  await web[Symbol.asyncDispose]()
})

async function openPage(options: BrowserContextOptions) {
  const context = await browser?.newContext(options)
  const page = await context?.newPage()
  if (context === undefined || page === undefined) throw new Error('There is no browser.')
  await page.goto(await web.origin())
  await page.getByRole('table').getByText('web').waitFor()
  return { page, [Symbol.asyncDispose]: () => context.close() }
}

async function focusedName(page: Page): Promise<string> {
  return page.evaluate(
    `document.activeElement.id || document.activeElement.className || document.activeElement.dataset.language`,
  )
}

testInBrowser('it speaks the language of the browser first, and remembers another that is chosen', async () => {
  await using world = await openPage({ locale: 'ko-KR' })
  const { page } = world
  expect(await page.locator('h1').textContent()).toBe('주소 하나, 포트 다섯.')
  await page.getByRole('button', { name: 'English' }).click()
  expect(await page.locator('h1').textContent()).toBe('One address, five ports.')
  await page.reload()
  expect(await page.locator('html').getAttribute('lang')).toBe('en')
  expect(await page.getByRole('button', { name: 'English' }).getAttribute('aria-pressed')).toBe('true')
})

testInBrowser('Enter signs, but not while a word is being composed', async () => {
  await using world = await openPage({ locale: 'en-US' })
  const { page } = world
  const posts: string[] = []
  page.on('request', (request) => {
    if (request.method() === 'POST') posts.push(request.postData() ?? '')
  })
  await page.getByLabel('Name').fill('김하늘')
  await page.getByLabel('Message').fill('안녕')
  const enter = (isComposing: boolean) =>
    page.getByLabel('Message').dispatchEvent('keydown', { key: 'Enter', isComposing, bubbles: true, cancelable: true })
  await enter(true)
  await enter(false)
  await expect.poll(() => posts).toEqual([JSON.stringify({ name: '김하늘', message: '안녕' })])
  // Nobody serves the guestbook here, and the text must not be lost by that.
  await page.getByText('That did not work').waitFor()
  expect(await page.getByLabel('Message').inputValue()).toBe('안녕')
})

testInBrowser('an empty field is named and gets the focus', async () => {
  await using world = await openPage({ locale: 'en-US' })
  const { page } = world
  await page.getByLabel('Name').fill('Ada')
  await page.getByRole('button', { name: 'Sign' }).click()
  await page.getByText('Please write something here.').waitFor()
  expect(await focusedName(page)).toBe('guest-message')
})

testInBrowser('everything is reached by keyboard, in the order in which it is read', async () => {
  await using world = await openPage({ locale: 'en-US' })
  const { page } = world
  const order: string[] = []
  for (let count = 0; count < 6; count += 1) {
    await page.keyboard.press('Tab')
    order.push(await focusedName(page))
  }
  expect(order).toEqual(['en', 'ko', 'guest-name', 'guest-message', 'sign', 'entries-box'])
})

testInBrowser(
  'a service that does not answer is shown so, and a stream that is lost says that it tries again',
  async () => {
    await using world = await openPage({ locale: 'en-US' })
    await world.page.getByRole('row', { name: 'clock' }).getByText('no answer').waitFor()
    await world.page.locator('#clock').getByText('disconnected, trying again').waitFor()
  },
)

testInBrowser('where Python is missing, the page says so instead of only being silent', async () => {
  await using other = startModule('web', {
    CLOCK_URL: NOBODY,
    TIDES_URL: NOBODY,
    GUESTBOOK_URL: NOBODY,
    PATH: '/nowhere',
  })
  await using world = await openPage({ locale: 'en-US' })
  const { page } = world
  await page.goto(await other.origin())
  await page.locator('#tides').getByText('there is no “python3” on this machine').waitFor()
  await page.getByRole('row', { name: 'tides' }).getByText('no python3 here').waitFor()
  expect(await page.locator('#clock').getByText('on this machine').count()).toBe(0)
})

testInBrowser.for([320, 390, 768, 1_280])('nothing is wider than a window of %i pixels', async (width) => {
  for (const locale of ['en-US', 'ko-KR']) {
    await using world = await openPage({ locale, viewport: { width, height: 800 } })
    expect(await world.page.evaluate('document.documentElement.scrollWidth')).toBe(width)
  }
})
