import type { Page } from 'playwright-core'

/** Chromium's own line about an answer that was no success; the answer itself is judged instead. */
const REFUSED = /^Failed to load resource: the server responded with a status of/

/**
 * What was wrong in a page: errors and warnings on its console, of which what a policy forbade is one, exceptions, and
 * answers that no page should get. That the API refuses something is none: the page then says so.
 */
export class PageComplaints {
  readonly list: string[] = []

  constructor(page: Page) {
    page.on('console', (message) => {
      const isSevere = message.type() === 'error' || message.type() === 'warning'
      if (isSevere && !REFUSED.test(message.text())) this.list.push(message.text())
    })
    page.on('pageerror', (error) => this.list.push(String(error)))
    page.on('response', (response) => {
      const { pathname } = new URL(response.url())
      const isApi = pathname.startsWith('/api/') || pathname.startsWith('/objects/')
      if (response.status() >= (isApi ? 500 : 400)) this.list.push(`${response.status()} for ${response.url()}`)
    })
  }
}
