import { afterAll, beforeAll, expect } from 'vitest'
import type { ApiPerson } from './api-person.ts'
import { withoutPart } from './taken-away.ts'
import { totpCode } from './totp-code.ts'
import type { Visitor } from './visitor.ts'
import { WORLD_START_MS } from './wealist-world.ts'
import { browserTest, openWebWorld, SKIPPED, type WebWorld } from './web-world.ts'

const TIMEOUT_MS = 120_000
/** For the supervisor to notice, and to start again what was killed. */
const RETURN = { timeout: 40_000, interval: 100 } as const
const LATER = 'This does not work at the moment. Please try again in a few seconds.'
const EMPTY = 'Please fill this in.'
const ADDRESS = 'Enter an e-mail address like name@example.com.'
const CHARACTERS = 'There are characters in it that a name cannot have.'

let web: WebWorld
let owner: ApiPerson
let workspaceId: string
beforeAll(async () => {
  web = await openWebWorld()
  if (SKIPPED !== '') return
  owner = await web.world.signedIn({ name: 'Mina Kim' })
  workspaceId = await owner.createWorkspace('Lighthouse')
}, WORLD_START_MS)
afterAll(() => web[Symbol.asyncDispose]())

/** Fills in the fields with these labels, and sends the form by its button. */
async function send(visitor: Visitor, texts: Texts, button: string): Promise<void> {
  for (const [label, text] of Object.entries(texts)) await visitor.type(label, text)
  await visitor.press(button)
}

type Texts = Readonly<Record<string, string>>
/** A page with a form, what is typed into its fields, and what is then said at which of them. */
type WrongInput = readonly [path: string, texts: Texts, faults: Texts]

const MINA = { Name: 'Mina Kim', 'E-mail address': 'mina@example.com', Password: 'the lighthouse keeper sings' }
const COMMON = 'This is one of the passwords that are guessed first.'
const BEFORE_SIGN_IN: readonly WrongInput[] = [
  ['/sign-up', {}, { Name: EMPTY, 'E-mail address': EMPTY, Password: EMPTY }],
  ['/sign-up', { ...MINA, Name: '   ' }, { Name: EMPTY }],
  ['/sign-up', { ...MINA, Name: 'Mina \u202eKim' }, { Name: 'Please check this.' }],
  ['/sign-up', { ...MINA, 'E-mail address': 'mina' }, { 'E-mail address': ADDRESS }],
  ['/sign-up', { ...MINA, 'E-mail address': 'mi\u0000na@example.com' }, { 'E-mail address': ADDRESS }],
  ['/sign-up', { ...MINA, Password: 'short' }, { Password: 'Use 8 characters or more.' }],
  ['/sign-up', { ...MINA, Password: 'password1' }, { Password: COMMON }],
  ['/sign-up', { ...MINA, Password: 'zzzzzzzzzzzz' }, { Password: 'This repeats a single character.' }],
  ['/sign-up', { ...MINA, Password: 'mina@example.com' }, { Password: 'Your e-mail address must not be in it.' }],
  ['/sign-up', { ...MINA, Password: 'lighthouse '.repeat(30) }, { Password: 'Use 256 characters or fewer.' }],
  ['/sign-in', {}, { 'E-mail address': EMPTY, Password: EMPTY }],
  ['/sign-in', { 'E-mail address': 'mina', Password: 'x' }, { 'E-mail address': ADDRESS }],
  ['/forgot-password', {}, { 'E-mail address': EMPTY }],
  ['/forgot-password', { 'E-mail address': 'mina@' }, { 'E-mail address': ADDRESS }],
  ['/reset-password#token=x', {}, { 'New password': EMPTY }],
  ['/sign-in/second-factor#challenge=x', { Code: '12 34' }, { Code: 'Enter the six digits, or a recovery code.' }],
]

const SETTINGS = '/w/WORKSPACE/settings'
const RIGHT = { 'Current password': 'PASSWORD' }
const SIGNED_IN: readonly WrongInput[] = [
  ['/workspaces/new', {}, { 'Name of the workspace': EMPTY }],
  ['/workspaces/new', { 'Name of the workspace': 'Light\u200bhouse' }, { 'Name of the workspace': CHARACTERS }],
  [SETTINGS, { 'Name of the workspace': ' ' }, { 'Name of the workspace': EMPTY }],
  [SETTINGS, { 'Name of the workspace': '\u2800' }, { 'Name of the workspace': CHARACTERS }],
  ['/settings/profile', { Name: 'Mina\u202e' }, { Name: CHARACTERS }],
  ['/settings/security', {}, { 'Current password': EMPTY, 'New password': EMPTY }],
  ['/settings/security', { ...RIGHT, 'New password': 'passwort' }, { 'New password': COMMON }],
  [
    '/settings/security',
    { ...RIGHT, 'New password': 'aaaaaaaa' },
    { 'New password': 'This repeats a single character.' },
  ],
]

const BUTTONS: Texts = {
  '/sign-up': 'Create account',
  '/sign-in': 'Sign in',
  '/sign-in/second-factor#challenge=x': 'Confirm',
  '/forgot-password': 'Send the link',
  '/reset-password#token=x': 'Set the password',
  '/workspaces/new': 'Create workspace',
  [SETTINGS]: 'Save',
  '/settings/profile': 'Save',
  '/settings/security': 'Change the password',
}

/** The first of the fields has the focus, so that it can be mended at once; and what is mended is no longer blamed. */
async function isSaidAtItsField(visitor: Visitor, [path, texts, faults]: WrongInput): Promise<void> {
  const filled = (text: string) => text.replace('WORKSPACE', workspaceId).replace('PASSWORD', owner.facts.password)
  await visitor.go(filled(path))
  await visitor.arrives()
  const typed = Object.entries(texts).map(([label, text]) => [label, filled(text)])
  await send(visitor, Object.fromEntries(typed), BUTTONS[path] ?? '')
  const [first = ''] = Object.keys(faults)
  for (const [label, words] of Object.entries(faults)) {
    expect(await visitor.faultOf(label), `${label} on ${path} with ${JSON.stringify(texts)}`).toBe(words)
  }
  await visitor.field(first).and(visitor.page.locator(':focus')).waitFor()
  await visitor.page.keyboard.type('a')
  await visitor.field(first).and(visitor.page.locator('[aria-invalid="true"]')).waitFor({ state: 'detached' })
}

browserTest(
  `every wrong input is said at its field, before signing in${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const visitor = await web.visit('/sign-in')
    for (const input of BEFORE_SIGN_IN) await isSaidAtItsField(visitor, input)
    expect(visitor.complaints).toEqual([])
  },
)

browserTest(`every wrong input is said at its field, within${SKIPPED}`, { timeout: TIMEOUT_MS }, async () => {
  const mina = await web.arrive(owner, '/')
  for (const input of SIGNED_IN) await isSaidAtItsField(mina, input)
  await mina.go(`/w/${workspaceId}/settings`)
  await mina.press('Delete the workspace')
  const removal = mina.dialog('Delete “Lighthouse”?')
  await send(removal, { 'Name of the workspace': 'lighthouse' }, 'Delete the workspace')
  expect(await removal.faultOf('Name of the workspace')).toBe('The name does not match.')

  await mina.go(`/w/${workspaceId}/invitations`)
  await mina.press('Invite people')
  const form = mina.dialog('Invite people')
  await form.pick('How to invite', 'By mail')
  await send(form, { 'E-mail address': 'joon@' }, 'Send the invitation')
  expect(await form.faultOf('E-mail address')).toBe(ADDRESS)
  await send(form, { 'E-mail address': 'jo\u0007on@example.com' }, 'Send the invitation')
  expect(await form.faultOf('E-mail address')).toBe(ADDRESS)
  expect(mina.complaints).toEqual([])
})

browserTest(`a sign-in that fails says why, and what can be done${SKIPPED}`, { timeout: TIMEOUT_MS }, async () => {
  const person = web.world.person()
  const visitor = await web.visit('/sign-in')
  await visitor.signIn(person.facts)
  await visitor.reads('The e-mail address or the password is wrong.')
  ;(await person.signUp()).expect(202)
  const first = await web.world.linkOf(person.email, 'verify-email')
  await visitor.signIn(person.facts)
  await visitor.reads('Your e-mail address is not confirmed yet. Open the link in the mail we sent you.')
  await visitor.press('Send it again')
  await visitor.hears('Sent once more.')
  const second = await web.world.linkOf(person.email, 'verify-email')
  expect(second.hash).not.toBe(first.hash)

  await visitor.go(second.href)
  await send(visitor, { Password: 'not the one of the sign-up' }, 'Confirm the address')
  await visitor.reads('The password is wrong.')
  await visitor.confirmAddress(person.facts.password)
  await visitor.page.reload()
  await send(visitor, { Password: person.facts.password }, 'Confirm the address')
  await visitor.reads('This link has expired or was used already. Ask for a new one.')
  await visitor.go('/sign-in?error=AUTH_PROVIDER_DENIED')
  await visitor.reads('The sign-in was cancelled, or the provider refused it.')
  await visitor.go('/sign-in?error=<img src=x>')
  await visitor.reads('Something went wrong on our side.')
  expect(visitor.complaints).toEqual([])
})

browserTest(`a link of a mail that has expired says so, and leads on${SKIPPED}`, { timeout: TIMEOUT_MS }, async () => {
  const person = web.world.person()
  ;(await person.signUp()).expect(202)
  const link = await web.world.linkOf(person.email, 'verify-email')
  await web.world.query('auth_db', 'UPDATE one_time_tokens SET expires_at = now() WHERE sign_up_id IS NOT NULL')
  const visitor = await web.visit(link.href)
  await send(visitor, { Password: person.facts.password }, 'Confirm the address')
  await visitor.reads('This link has expired or was used already. Ask for a new one.')
  await visitor.go('/icon.svg')
  await visitor.go(link.pathname) // as whoever loses the end of it in copying
  await visitor.sees('The address could not be confirmed')
  await visitor.reads('The link is incomplete. Copy it whole from the mail.')
  await visitor.follow('Create an account')
  await visitor.sees('Create an account')
  expect(visitor.complaints).toEqual([])
})

/** Makes invitations that no longer are any. @returns each token with what its page has to say */
async function closedInvitations(): Promise<readonly (readonly [string, string])[]> {
  const path = `/api/users/workspaces/${workspaceId}/invitations`
  const [expired, used, revoked] = await Promise.all([
    owner.inviteByLink(workspaceId, 'guest', { useLimit: 11 }),
    owner.inviteByLink(workspaceId, 'guest', { useLimit: 1 }),
    owner.inviteByLink(workspaceId, 'guest', { useLimit: 12 }),
  ])
  await web.world.query('user_db', 'UPDATE invitations SET expires_at = now() WHERE use_limit = 11')
  ;(await (await web.world.signedIn()).accept(used)).expect(200)
  const made = (await owner.get(path)).list('invitations')
  const doomed = made.map((each) => Object(each)).find(({ useLimit }) => useLimit === 12)
  ;(await owner.send(`DELETE ${path}/${doomed.id}`)).expect(204)
  return [
    [expired, 'This invitation has expired. Ask for a new one.'],
    [used, 'This invitation has been used up. Ask for a new one.'],
    [revoked, 'This invitation was withdrawn. Ask for a new one.'],
    ['x'.repeat(43), 'There is no such invitation. The link may be incomplete.'],
  ]
}

browserTest(
  `an invitation that is none any more says so, before and after signing in${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const person = await web.world.signedUp()
    const visitor = await web.visit('/invitation')
    const mina = await web.arrive(person, '/settings/profile')
    await visitor.reads('The link is incomplete. Copy it whole from the mail.')
    for (const [token, words] of await closedInvitations()) {
      for (const reader of [visitor, mina]) {
        await reader.go('/icon.svg')
        await reader.go(`/invitation#token=${token}`)
        await reader.sees('The invitation cannot be used')
        await reader.reads(words)
      }
    }
    await visitor.follow('Go to the start page')
    await visitor.sees('Sign in')
    expect([...visitor.complaints, ...mina.complaints]).toEqual([])
  },
)

browserTest(`whoever was removed cannot come back by an older link${SKIPPED}`, { timeout: TIMEOUT_MS }, async () => {
  const token = await owner.inviteByLink(workspaceId)
  const person = await web.world.signedIn()
  ;(await person.accept(token)).expect(200)
  ;(await owner.send(`DELETE /api/users/workspaces/${workspaceId}/members/${person.userId}`)).expect(204)
  const visitor = await web.visit(`/invitation#token=${token}`)
  await visitor.follow('Sign in to join')
  await visitor.signIn(person.facts)
  await visitor.press('Join the workspace')
  await visitor.reads('You were removed from this workspace after the invitation was made. Ask for a new one.')
  expect(visitor.complaints).toEqual([])
})

async function everythingIsHealthy(): Promise<void> {
  const states = async () => new Set(Object.values(await web.world.copy.states()))
  await expect.poll(states, RETURN).toEqual(new Set(['healthy']))
}

/** While something is taken away, that alone is what a console may tell of. */
function otherComplaints(visitor: Visitor): readonly string[] {
  return visitor.complaints.filter((text) => !/^50[234] for |^Failed to load resource: net::ERR_/.test(text))
}

browserTest(
  `while the services are away pages say so and lose nothing, and go on when they are back${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const mina = await web.arrive(owner, `/w/${workspaceId}/settings`)
    await mina.type('Name of the workspace', 'Lighthouse Nord')
    const elsewhere = await web.arrive(owner, '/settings/profile')
    await elsewhere.arrives()
    await withoutPart(web.world, 'services', async () => {
      await mina.reads('Connection lost. Reconnecting…')
      await mina.press('Save')
      await mina.reads(LATER)
      expect(await mina.field('Name of the workspace').inputValue()).toBe('Lighthouse Nord')
      await elsewhere.follow('Access tokens') // a page whose own files were not needed before
      await elsewhere.sees('This could not be loaded')
    })
    await mina.misses('Connection lost. Reconnecting…')
    await everythingIsHealthy() // one service is back before another, and needs that
    await mina.press('Save')
    await mina.hears('The workspace has its new name.')
    await mina.misses(LATER)
    expect(otherComplaints(mina)).toEqual([])
    await elsewhere.press('Try again')
    await elsewhere.sees('Access tokens')
  },
)

browserTest(
  `a page that cannot be loaded says so, and is there when it is asked for again${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const mina = await web.arrive(owner, '/settings/sessions')
    await mina.sees('Sessions')
    const visitor = await web.visit('/sign-in')
    await withoutPart(web.world, 'database', async () => {
      await mina.page.reload()
      await mina.sees('This could not be loaded')
      await mina.reads(LATER)
      await mina.reads(/^Reference: /)
      await visitor.signIn(owner.facts)
      await visitor.reads(LATER)
    })
    for (const path of ['/api/auth/sessions', '/api/users/me']) {
      await expect.poll(async () => (await owner.get(path)).status, RETURN).toBe(200)
    }
    await mina.press('Try again')
    await mina.sees('Sessions')
    expect([...otherComplaints(mina), ...otherComplaints(visitor)]).toEqual([])
  },
)

browserTest(
  `a browser without a network says so, and goes on when it has one${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const mina = await web.arrive(owner, '/settings/profile')
    await mina.sees('Profile')
    const context = mina.page.context()
    await context.setOffline(true)
    await send(mina, { Name: 'Mina Park' }, 'Save')
    await mina.reads('The server did not answer. Check your connection and try again.')
    await context.setOffline(false)
    await mina.press('Save')
    await mina.hears('Your profile is saved.')
    expect(otherComplaints(mina)).toEqual([])
  },
)

const HOSTILE = [
  'https://evil.example.com/',
  '//evil.example.com',
  '/\\evil.example.com',
  '/.//evil.example.com',
  '/\t/evil.example.com',
  'javascript:alert(1)',
  '/sign-in?next=//evil.example.com',
] as const

/** Every request of the page to somebody else; there should be none. */
function strangersOf({ page, origin }: Visitor): readonly string[] {
  const strangers: string[] = []
  page.on('request', (request) => {
    const { protocol, origin: asked } = new URL(request.url())
    if (/^https?:$/.test(protocol) && asked !== origin) strangers.push(request.url())
  })
  page.on('dialog', (dialog) => {
    strangers.push(dialog.message())
    void dialog.dismiss() // the page waits for it, and the test has seen enough
  })
  return strangers
}

browserTest(
  `whatever a link says of where to go next, the browser stays here${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const person = await web.world.signedUp()
    for (const next of HOSTILE) {
      const visitor = await web.visit('/icon.svg')
      const strangers = strangersOf(visitor)
      const inside = /^(Your workspaces|There is nothing at this address)$/
      await visitor.go(`/sign-in?next=${encodeURIComponent(next)}`)
      await visitor.signIn(person.facts)
      await visitor.sees(inside)
      // And once more for who is signed in already, whom the page passes on at once.
      await visitor.go(`/sign-in?next=${encodeURIComponent(next)}`)
      await visitor.sees(inside)
      expect(new URL(visitor.page.url()).origin).toBe(web.world.origin)
      expect([...strangers, ...visitor.complaints]).toEqual([])
    }
  },
)

browserTest(
  `nor does the second step of a sign-in, or the mail of a sign-up, lead elsewhere${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const person = await web.world.signedIn()
    const key = (await person.post('/api/auth/totp/begin')).expect(200).text('secret')
    ;(await person.post('/api/auth/totp/confirm', { code: totpCode(key) })).expect(200)
    const visitor = await web.visit('/sign-in?next=//evil.example.com')
    const strangers = strangersOf(visitor)
    await visitor.signIn(person.facts)
    await visitor.sees('Confirm that it is you')
    const { pathname, hash } = new URL(visitor.page.url())
    await visitor.go('/icon.svg')
    await visitor.go(`${pathname}?next=%2F%5Cevil.example.com${hash}`)
    await visitor.type('Code', totpCode(key, 1))
    await visitor.press('Confirm')
    await visitor.sees('Your workspaces')

    const { email, name, password } = web.world.person().facts
    await visitor.take(/^Account of /, 'Sign out')
    await visitor.sees('Sign in')
    await visitor.go('/sign-up?next=https://evil.example.com')
    await send(visitor, { Name: name, 'E-mail address': email, Password: password }, 'Create account')
    await visitor.sees('Check your mail')
    await visitor.go((await web.world.linkOf(email, 'verify-email')).href)
    await visitor.confirmAddress(password)
    await visitor.follow('Sign in')
    await visitor.signIn({ email, password })
    await visitor.sees('Your workspaces')
    expect(strangers).toEqual([])
    expect(visitor.complaints).toEqual([])
  },
)
