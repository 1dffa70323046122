import type { Browser } from 'playwright-core'
import { onTestFinished, test } from 'vitest'
import { findChromium, openBrowser, openPage, type PageOptions } from '../browser.ts'
import type { ApiPerson } from './api-person.ts'
import { Visitor } from './visitor.ts'
import { openWealistWorld, type WealistWorld } from './wealist-world.ts'

const chromium = findChromium()
/** For the name of every test that needs a browser, so that a run without one says what it left out. */
export const SKIPPED = chromium === undefined ? ' (SKIPPED: no Chromium; set PORTOLAN_CHROMIUM)' : ''
export const browserTest = test.skipIf(chromium === undefined)

/**
 * weAlist with its pages, and browsers of the people who use it. One for a test file:
 *
 * ```ts
 * let web: WebWorld
 * beforeAll(async () => { web = await openWebWorld() }, WORLD_START_MS)
 * afterAll(() => web[Symbol.asyncDispose]())
 *
 * browserTest(`…${SKIPPED}`, async () => {
 *   const mina = await web.arrive(await web.world.signedUp(), '/settings/profile')
 *   await mina.type('Name', 'Mina')
 *   await mina.press('Save')
 * })
 * ```
 */
export class WebWorld implements AsyncDisposable {
  readonly #world: WealistWorld | undefined
  readonly #browser: Browser | undefined

  constructor(parts?: { readonly world: WealistWorld; readonly browser: Browser }) {
    this.#world = parts?.world
    this.#browser = parts?.browser
  }

  get world(): WealistWorld {
    if (this.#world === undefined) throw new Error('Without a browser there is no world: use browserTest.')
    return this.#world
  }

  /** Somebody new at a browser of their own, which is closed when the test ends. */
  async visit(path: string, options?: PageOptions): Promise<Visitor> {
    const visitor = await this.#open(options)
    await visitor.go(path)
    return visitor
  }

  /** Somebody who is signed in already, for tests that are not about signing in. */
  async arrive(person: ApiPerson, path: string, options?: PageOptions): Promise<Visitor> {
    const visitor = await this.#open(options)
    await visitor.go('/icon.svg') // of this origin, and no page of ours
    await visitor.signInUnseen(person.facts)
    await visitor.go(path)
    return visitor
  }

  async #open(options?: PageOptions): Promise<Visitor> {
    if (this.#browser === undefined) throw new Error('There is no browser: use browserTest.')
    const { page } = await openPage(this.#browser, 'about:blank', options)
    onTestFinished(() => page.context().close())
    return new Visitor(page, this.world.origin)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser?.close()
    await this.#world?.[Symbol.asyncDispose]()
  }
}

/** Starts weAlist and a browser. Without Chromium there is nothing to start, and every `browserTest` is skipped. */
export async function openWebWorld(): Promise<WebWorld> {
  if (chromium === undefined) return new WebWorld()
  await using releasers = new AsyncDisposableStack()
  const world = releasers.use(await openWealistWorld({ hasWeb: true }))
  const browser = await openBrowser(chromium)
  releasers.move() // the world of the pages owns them now
  return new WebWorld({ world, browser })
}
