import type { Locator, Page } from 'playwright-core'
import { PageComplaints } from './page-complaints.ts'

/** Whoever waits longer than this for something on a page waits in vain. */
const PATIENCE_MS = 20_000
const LOADING = /^(Loading|불러오는 중)…$/

type Name = string | RegExp

/**
 * Somebody at a browser, who finds things as people do: by what they are and what they are called. What is looked for
 * may appear a little later; what does not appear fails the test.
 */
export class Visitor {
  readonly page: Page
  readonly origin: string
  readonly #scope: Locator
  readonly #complaints: PageComplaints

  constructor(page: Page, origin: string, within?: { readonly scope: Locator; readonly complaints: PageComplaints }) {
    this.page = page
    this.origin = origin
    this.#scope = within?.scope ?? page.locator('body')
    this.#complaints = within?.complaints ?? new PageComplaints(page)
    page.setDefaultTimeout(PATIENCE_MS)
    page.setDefaultNavigationTimeout(PATIENCE_MS)
  }

  /** What was wrong in the page so far; see `PageComplaints`. */
  get complaints(): readonly string[] {
    return this.#complaints.list
  }

  /** The path, the query and the fragment that the browser shows. */
  get place(): string {
    const { origin, href } = new URL(this.page.url())
    return href.slice(origin.length)
  }

  async go(path: string): Promise<void> {
    await this.page.goto(new URL(path, this.origin).href)
  }

  /** Signs in without the page: for tests of something else. */
  async signInUnseen({ email, password }: { readonly email: string; readonly password: string }): Promise<void> {
    const request = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const sent = JSON.stringify({ ...request, body: JSON.stringify({ email, password }) })
    const status = await this.page.evaluate<number>(
      `fetch('/api/auth/sign-in', ${sent}).then((answer) => answer.status)`,
    )
    if (status !== 200) throw new Error(`"${email}" could not sign in: ${status}.`)
  }

  /** Types into the form of the sign-in page. */
  async signIn({ email, password }: { readonly email: string; readonly password: string }): Promise<void> {
    await this.sees('Sign in')
    await this.type('E-mail address', email)
    await this.type('Password', password)
    await this.press('Sign in')
  }

  /** On the page that the link of a sign-up's mail leads to. */
  async confirmAddress(password: string): Promise<void> {
    await this.sees('Confirm your address')
    await this.type('Password', password)
    await this.press('Confirm the address')
    await this.sees('Your address is confirmed')
  }

  /** The page with this heading is there. */
  async sees(title: Name): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor()
  }

  /** Some page is there, in whatever language, and all that it shows has been loaded. */
  async arrives(): Promise<void> {
    await this.page.getByRole('heading', { level: 1 }).waitFor()
    await this.page.getByRole('status', { name: LOADING }).first().waitFor({ state: 'detached' })
    await this.page.getByRole('status').filter({ hasText: /…$/ }).first().waitFor({ state: 'detached' })
  }

  async reads(text: Name): Promise<void> {
    await this.#scope.getByText(text).first().waitFor()
  }

  /** It is there no more. */
  async misses(text: Name): Promise<void> {
    await this.#scope.getByText(text).first().waitFor({ state: 'hidden' })
  }

  /** One of the short messages above the page. */
  async hears(notice: Name): Promise<void> {
    await this.page.getByRole('region', { name: 'Messages' }).getByText(notice).waitFor()
  }

  /** The field says that this is wrong with it, also to those who hear the page. */
  async faultOf(label: string): Promise<string> {
    const field = this.field(label).and(this.page.locator('[aria-invalid="true"]'))
    const description = (await field.getAttribute('aria-describedby')) ?? ''
    const id = description.split(' ').find((each) => each.endsWith('-error'))
    return (await this.page.locator(`[id="${id ?? ''}"]`).textContent()) ?? ''
  }

  field(label: string): Locator {
    return this.#scope.getByLabel(label, { exact: true })
  }

  button(name: Name): Locator {
    return this.#scope.getByRole('button', { name, exact: true })
  }

  link(name: Name): Locator {
    return this.#scope.getByRole('link', { name, exact: true })
  }

  async type(label: string, text: string): Promise<void> {
    await this.field(label).fill(text)
  }

  async press(name: Name): Promise<void> {
    await this.button(name).click()
  }

  async follow(name: Name): Promise<void> {
    await this.link(name).click()
  }

  /** From a list that the browser opens. */
  async select(label: string, choice: string): Promise<void> {
    await this.field(label).selectOption({ label: choice })
  }

  /** One of a few that stand side by side. */
  async pick(group: string, choice: string): Promise<void> {
    await this.#scope.getByRole('group', { name: group }).getByRole('radio', { name: choice, exact: true }).click()
  }

  /** Opens a menu and takes something from it. */
  async take(menu: Name, item: string): Promise<void> {
    await this.press(menu)
    await this.page.getByRole('menuitem', { name: item, exact: true }).click()
  }

  /** The same person, who looks at the dialog with this title and at nothing else. */
  dialog(title: Name): Visitor {
    return this.#within(this.page.getByRole('dialog', { name: title }))
  }

  /** The same person, who looks at the line of a list in which this stands. */
  row(text: Name): Visitor {
    return this.#within(this.#scope.getByRole('listitem').filter({ hasText: text }))
  }

  /** The part of the page with this name. */
  region(name: Name): Visitor {
    return this.#within(this.#scope.getByRole('region', { name, exact: true }))
  }

  /** What stands beside a term. */
  async definition(term: string): Promise<string> {
    const terms = this.#scope.getByRole('term')
    await terms.first().waitFor()
    const place = (await terms.allTextContents()).indexOf(term)
    return (await this.#scope.getByRole('definition').nth(place).textContent()) ?? ''
  }

  /** The items of the list with this name. */
  async listed(name: string): Promise<readonly string[]> {
    const items = this.#scope.getByRole('list', { name, exact: true }).getByRole('listitem')
    await items.first().waitFor()
    return items.allTextContents()
  }

  #within(scope: Locator): Visitor {
    return new Visitor(this.page, this.origin, { scope, complaints: this.#complaints })
  }

  /** The dialog, the row, or whatever else this visitor looks at has gone. */
  async isGone(): Promise<void> {
    await this.#scope.waitFor({ state: 'detached' })
  }
}
