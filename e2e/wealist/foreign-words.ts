import type { Page } from 'playwright-core'

/** Text that is seen, and text that is only heard; not what is marked as a name, a code, or another language. */
const TEXTS = `(() => {
  const skipped = '[translate="no"], [lang="en"], code, script, style, noscript, [hidden]'
  const texts = [document.title]
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT)
  while (walker.nextNode()) {
    const node = walker.currentNode
    const element = node instanceof Element ? node : node.parentElement
    if (element.closest(skipped)) continue
    if (node === element) {
      for (const name of ['aria-label', 'placeholder', 'title', 'alt']) texts.push(element.getAttribute(name) ?? '')
    } else texts.push(node.data)
  }
  return texts
})()`
/** An entry of the list of time zones, which have no names but those of IANA. */
const ZONE = /[A-Z]\w+\/[\w/ +-]+(\([^)]*\))?/g
const WORD = /[A-Za-z][A-Za-z'’-]+/g

/** The words in Latin letters that a page holds, without the given names. */
export async function foreignWords(page: Page, names: readonly string[]): Promise<readonly string[]> {
  const texts = await page.evaluate<readonly string[]>(TEXTS)
  const rest = texts.map((text) =>
    names.reduce((known, name) => known.replaceAll(name, ' '), text.replaceAll(ZONE, ' ')),
  )
  return [...new Set(rest.flatMap((text) => text.match(WORD) ?? []))]
}
