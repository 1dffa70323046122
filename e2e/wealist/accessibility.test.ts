import { afterAll, beforeAll, expect } from 'vitest'
import type { ApiPerson } from './api-person.ts'
import { listViolations } from './axe-check.ts'
import { ENTRY_PAGES, signedInPages } from './every-page.ts'
import { walkByKeyboard } from './keyboard-walk.ts'
import type { Visitor } from './visitor.ts'
import { WORLD_START_MS } from './wealist-world.ts'
import { browserTest, openWebWorld, SKIPPED, type WebWorld } from './web-world.ts'

const TIMEOUT_MS = 120_000
const NARROW = { width: 360, height: 740 } as const

let web: WebWorld
let owner: ApiPerson
let member: ApiPerson
let workspaceId: string
let invitation: string
beforeAll(async () => {
  web = await openWebWorld()
  if (SKIPPED !== '') return
  owner = await web.world.signedIn({ name: 'Mina Kim' })
  workspaceId = await owner.createWorkspace('The Harbour Office of the Northern Lighthouse')
  invitation = await owner.inviteByLink(workspaceId)
  member = await web.world.signedIn()
  ;(await member.accept(invitation)).expect(200)
  await owner.createToken(['admin'])
}, WORLD_START_MS)
afterAll(() => web[Symbol.asyncDispose]())

/** One heading of the first rank, and nothing that is wider than the narrowest phone. */
async function checkShape({ page }: Visitor, path: string): Promise<void> {
  expect(await page.getByRole('heading', { level: 1 }).count(), `headings of ${path}`).toBe(1)
  const wide = page.viewportSize()
  await page.setViewportSize(NARROW)
  const [scrolled, shown] = await page.evaluate<readonly [number, number]>(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  )
  expect(scrolled, `width of ${path}`).toBeLessThanOrEqual(shown)
  if (wide !== null) await page.setViewportSize(wide)
}

async function checkPages(visitor: Visitor, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await visitor.go(path)
    await visitor.arrives()
    await checkShape(visitor, path)
    const { unreached, unmarked, stopCount } = await walkByKeyboard(visitor.page)
    expect({ unreached, unmarked }, `keyboard on ${path}`).toEqual({ unreached: [], unmarked: [] })
    expect(stopCount, `stops on ${path}`).toBeGreaterThan(0)
    expect(await listViolations(visitor.page), `axe on ${path}`).toEqual([])
  }
  expect(visitor.complaints).toEqual([])
}

browserTest(`every page before signing in is accessible${SKIPPED}`, { timeout: TIMEOUT_MS }, async () => {
  const visitor = await web.visit('/sign-in')
  await checkPages(visitor, [...ENTRY_PAGES, `/invitation#token=${invitation}`])
})

browserTest(`every page of who is signed in is accessible${SKIPPED}`, { timeout: TIMEOUT_MS }, async () => {
  const mina = await web.arrive(owner, '/')
  await checkPages(mina, signedInPages(workspaceId))
})

browserTest(`what a member is shown is accessible${SKIPPED}`, { timeout: TIMEOUT_MS }, async () => {
  const guest = await web.arrive(member, '/')
  await checkPages(guest, [`/w/${workspaceId}`, `/w/${workspaceId}/settings`, '/settings/tokens'])
})

/** The page with the dialog or the menu that pressing this opens, reached and opened by keyboard alone. */
async function openByKeyboard(visitor: Visitor, path: string, opener: string | RegExp): Promise<void> {
  await visitor.go(path)
  await visitor.button(opener).focus()
  await visitor.page.keyboard.press('Enter')
}

async function hasFocus({ page }: Visitor, opener: string | RegExp): Promise<void> {
  await page.getByRole('button', { name: opener, exact: true }).and(page.locator(':focus')).waitFor()
}

/** How often the focus was outside the dialog while Tab was pressed, more often than there are places to stop at. */
async function countEscapes({ page }: Visitor): Promise<number> {
  let count = 0
  for (const key of [...Array.from({ length: 16 }, () => 'Tab'), 'Shift+Tab', 'Shift+Tab']) {
    await page.keyboard.press(key)
    count += Number(await page.evaluate<boolean>(`document.activeElement.closest('[role="dialog"]') === null`))
  }
  return count
}

const DIALOGS = [
  ['/w/WORKSPACE/invitations', 'Invite people', 'Invite people'],
  ['/w/WORKSPACE/invitations', 'Withdraw the invitation for Anyone with the link', 'Withdraw this invitation?'],
  ['/w/WORKSPACE/settings', 'Delete the workspace', /^Delete “/],
  ['/settings/tokens', 'New token', 'New token'],
  ['/settings/tokens', /^Remove the token /, /^Remove “/],
  ['/settings/sessions', 'Sign out everywhere else', 'Sign out everywhere else?'],
  ['/settings/removal', 'Delete my account', 'Delete your account for good?'],
  // What is begun in it would be lost by Escape.
  ['/settings/security', 'Set up', 'Set up two-step sign-in', 'Cancel'],
] as const

browserTest(
  `a dialog is accessible, keeps the focus while it is open, and gives it back on Escape${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const mina = await web.arrive(owner, '/')
    for (const [path, opener, title, wayOut] of DIALOGS) {
      await openByKeyboard(mina, path.replace('WORKSPACE', workspaceId), opener)
      const dialog = mina.page.getByRole('dialog', { name: title })
      await dialog.waitFor()
      await mina.arrives()
      expect(await countEscapes(mina), `escapes from ${String(title)}`).toBe(0)
      expect(await listViolations(mina.page), `axe with ${String(title)}`).toEqual([])
      await mina.page.keyboard.press('Escape')
      if (wayOut !== undefined) await mina.dialog(title).press(wayOut)
      await dialog.waitFor({ state: 'detached' })
      await hasFocus(mina, opener)
    }
    expect(mina.complaints).toEqual([])
  },
)

const MENUS = [
  ['/w/WORKSPACE', /^Workspace: /, 3],
  ['/w/WORKSPACE', 'Account of Mina Kim', 2],
  ['/w/WORKSPACE/members', /^What to do with Person/, 4],
] as const

browserTest(`a menu is accessible, and works by arrow keys and Escape${SKIPPED}`, { timeout: TIMEOUT_MS }, async () => {
  const mina = await web.arrive(owner, '/')
  for (const [path, opener, itemCount] of MENUS) {
    await openByKeyboard(mina, path.replace('WORKSPACE', workspaceId), opener)
    const items = mina.page.getByRole('menuitem')
    await items.first().waitFor()
    expect(await items.count(), `items of ${String(opener)}`).toBe(itemCount)
    for (let index = 0; index < itemCount; index += 1) {
      await items.nth(index).and(mina.page.locator(':focus')).waitFor()
      await mina.page.keyboard.press('ArrowDown')
    }
    expect(await listViolations(mina.page), `axe with ${String(opener)}`).toEqual([])
    await mina.page.keyboard.press('Escape')
    await items.first().waitFor({ state: 'detached' })
    await hasFocus(mina, opener)
  }
  expect(mina.complaints).toEqual([])
})

browserTest(
  `a dialog that a menu opens gives the focus back to where the menu was opened${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const mina = await web.arrive(owner, `/w/${workspaceId}/members`)
    const opener = `What to do with ${member.facts.name}`
    for (const [item, title] of [
      ['Hand over the workspace', /^Hand over the workspace to /],
      ['Remove from the workspace', /^Remove /],
    ] as const) {
      await mina.take(opener, item)
      await mina.page.getByRole('dialog', { name: title }).waitFor()
      expect(await countEscapes(mina), `escapes from ${item}`).toBe(0)
      expect(await listViolations(mina.page), `axe with ${item}`).toEqual([])
      await mina.page.keyboard.press('Escape')
      await mina.dialog(title).isGone()
      await hasFocus(mina, opener)
    }
    expect(mina.complaints).toEqual([])
  },
)

browserTest(`what is shown only once is not lost by Escape${SKIPPED}`, { timeout: TIMEOUT_MS }, async () => {
  const mina = await web.arrive(owner, '/settings/tokens')
  await mina.press('New token')
  const form = mina.dialog('New token')
  await form.type('Name', 'Backup')
  await mina.page.keyboard.press('Enter')
  const made = mina.dialog('Your new token')
  await made.reads('Copy it now: it is shown only this once.')
  await mina.page.keyboard.press('Escape')
  expect(await countEscapes(mina)).toBe(0)
  expect(await listViolations(mina.page)).toEqual([])
  await made.press('Done')
  await made.isGone()
  await hasFocus(mina, 'New token')
  expect(mina.complaints).toEqual([])
})

browserTest(
  `Enter ends a syllable and sends no form while an IME composes${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const mina = await web.visit('/sign-up')
    const keys = await mina.page.context().newCDPSession(mina.page)
    await mina.field('Name').focus()
    await keys.send('Input.imeSetComposition', { text: '민', selectionStart: 1, selectionEnd: 1 })
    const enter = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' }
    await keys.send('Input.dispatchKeyEvent', { type: 'keyDown', ...enter })
    await keys.send('Input.dispatchKeyEvent', { type: 'keyUp', ...enter })
    expect(await mina.page.locator('[aria-invalid="true"]').count()).toBe(0)
    await keys.send('Input.insertText', { text: '민' })
    expect(await mina.field('Name').inputValue()).toBe('민')
    await mina.page.keyboard.press('Enter')
    expect(await mina.faultOf('E-mail address')).toBe('Please fill this in.')
    expect(mina.complaints).toEqual([])
  },
)
