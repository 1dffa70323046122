import type { Page } from 'playwright-core'

/** Nothing of ours has more places to stop at. */
const MOST_STOPS = 80

export interface Walk {
  /** What can be used with a pointer and is never reached by Tab. */
  readonly unreached: readonly string[]
  /** What looks the same with the focus as without. */
  readonly unmarked: readonly string[]
  readonly stopCount: number
}

/**
 * Defines `walk` in the page: what is interactive there, and how each of it looks. Of radio buttons that belong
 * together the keyboard stops at one, and the arrow keys do the rest. The mark of the focus may be around an input, beside
 * it, or drawn after it.
 */
const PREPARE = `(() => {
  const interactive = 'a[href], button, input, select, textarea, summary, [tabindex="0"]'
  const isUsable = (element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled &&
    !element.closest('[inert]') && !(element.type === 'radio' && !element.checked)
  const marks = ['outlineStyle', 'outlineWidth', 'outlineColor', 'boxShadow', 'borderTopColor', 'backgroundColor', 'clip', 'transform', 'top']
  const lookOf = (element) => {
    for (const animation of document.getAnimations()) if (animation instanceof CSSTransition) animation.finish()
    const around = [element, element.parentElement, element.nextElementSibling].filter((each) => each !== null)
    const styles = [...around.map((each) => getComputedStyle(each)), getComputedStyle(element, '::after')]
    return styles.flatMap((style) => marks.map((mark) => style[mark])).join()
  }
  const nameOf = (element) => element.outerHTML.slice(0, 160)
  const elements = [...document.querySelectorAll(interactive)].filter(isUsable)
  document.activeElement?.blur()
  const looks = new Map(elements.map((element) => [element, lookOf(element)]))
  window.walk = { elements, looks, lookOf, nameOf, reached: new Set(), unmarked: [] }
  return elements.length
})()`

/** @returns 'outside' between the end of the page and its beginning, 'again' where it has been before */
const STOP = `(() => {
  const { looks, lookOf, nameOf, reached, unmarked } = window.walk
  const element = document.activeElement
  if (element === null || element === document.body) return 'outside'
  if (reached.has(element)) return 'again'
  reached.add(element)
  if (looks.get(element) === lookOf(element)) unmarked.push(nameOf(element))
  return 'new'
})()`

const END = `(() => {
  const { elements, nameOf, reached, unmarked } = window.walk
  const unreached = elements.filter((element) => !reached.has(element)).map(nameOf)
  return { unreached, unmarked, stopCount: reached.size }
})()`

/** Goes through the page by Tab, once around: the focus may be anywhere at first. */
export async function walkByKeyboard(page: Page): Promise<Walk> {
  await page.evaluate(PREPARE)
  for (let count = 0; count < MOST_STOPS; count += 1) {
    await page.keyboard.press('Tab')
    if ((await page.evaluate<string>(STOP)) === 'again') break
  }
  return page.evaluate<Walk>(END)
}
