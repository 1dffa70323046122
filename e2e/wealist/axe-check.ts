import axe from 'axe-core'
import type { Page } from 'playwright-core'

interface Look {
  readonly width: number
  readonly colorScheme: 'light' | 'dark'
  /** Which of axe's rules; all unless said otherwise. The scheme changes nothing but colours. */
  readonly rules?: readonly string[]
}

const HEIGHT = 844
const COLOURS = ['color-contrast', 'link-in-text-block'] as const
const LOOKS = [
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark', rules: COLOURS },
  { width: 390, colorScheme: 'dark' },
  { width: 390, colorScheme: 'light', rules: COLOURS },
] as const satisfies readonly Look[]

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary?: string }[]
}

/** What axe finds wrong in the page as it is now, in each look: a rule, where, and why. */
export async function listViolations(page: Page): Promise<readonly string[]> {
  const found: string[] = []
  for (const look of LOOKS) {
    const { width, colorScheme, rules }: Look = look
    await page.setViewportSize({ width, height: HEIGHT })
    await page.emulateMedia({ colorScheme })
    await page.evaluate(settle(look))
    const violations = await runAxe(page, rules)
    found.push(...violations.map((violation) => `${width} px, ${colorScheme}: ${wordsOf(violation)}`))
  }
  return found
}

/**
 * Colours are judged once they have stopped changing: the page hears of the scheme a little later, and what inherits a
 * colour may begin to change when its parent has ended.
 */
function settle({ colorScheme }: Look): string {
  return `(async () => {
    for (;;) {
      const changes = document.getAnimations().filter((animation) => animation instanceof CSSTransition)
      const scheme = getComputedStyle(document.documentElement).colorScheme
      if (changes.length === 0 && scheme === '${colorScheme}') return
      for (const change of changes) change.finish()
      await new Promise(requestAnimationFrame)
    }
  })()`
}

async function runAxe(page: Page, rules: Look['rules']): Promise<readonly Violation[]> {
  if (!(await page.evaluate<boolean>(`'axe' in window`))) await page.evaluate(axe.source)
  const runOnly = rules === undefined ? {} : { runOnly: { type: 'rule', values: rules } }
  const options = JSON.stringify({ resultTypes: ['violations'], ...runOnly })
  return page.evaluate<readonly Violation[]>(`axe.run(document, ${options}).then(({ violations }) => violations)`)
}

function wordsOf({ id, nodes }: Violation): string {
  return nodes.map(({ target, failureSummary = '' }) => `${id} at ${target.join(' ')}: ${failureSummary}`).join('; ')
}
