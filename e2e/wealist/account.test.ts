import { readFile } from 'node:fs/promises'
import { ACCESS_COOKIE, REFRESH_COOKIE } from '@portolan/identity'
import { afterAll, beforeAll, expect } from 'vitest'
import { flatPicture } from './flat-picture.ts'
import { foreignWords } from './foreign-words.ts'
import { totpCode } from './totp-code.ts'
import type { Visitor } from './visitor.ts'
import { WORLD_START_MS } from './wealist-world.ts'
import { browserTest, openWebWorld, SKIPPED, type WebWorld } from './web-world.ts'

const TIMEOUT_MS = 120_000
const ENDED = 'You were signed out here from another device, or the session has expired.'
/** What stays as it is in every language: names, formats, units. */
const NAMES = 'weAlist English JPEG PNG WebP GIF AVIF MB JSON API Chrome Linux node UTC GMT'.split(' ')

let web: WebWorld
beforeAll(async () => {
  web = await openWebWorld()
}, WORLD_START_MS)
afterAll(() => web[Symbol.asyncDispose]())

async function background({ page }: Visitor): Promise<string> {
  return page.evaluate<string>('getComputedStyle(document.body).backgroundColor')
}

browserTest(`the theme is kept when the page is loaded again${SKIPPED}`, { timeout: TIMEOUT_MS }, async () => {
  const mina = await web.arrive(await web.world.signedUp(), '/settings/appearance')
  await mina.sees('Language and theme')
  const light = await background(mina)
  await mina.pick('Appearance', 'Dark')
  await expect.poll(() => background(mina)).not.toBe(light)
  const dark = await background(mina)
  await mina.page.reload()
  await mina.sees('Language and theme')
  expect(await background(mina)).toBe(dark)
  await mina.pick('Appearance', 'Like the device')
  await expect.poll(() => background(mina)).toBe(light)
  await mina.page.emulateMedia({ colorScheme: 'dark' })
  await expect.poll(() => background(mina)).toBe(dark)
  expect(mina.complaints).toEqual([])
})

browserTest(
  `the language is that of the person: kept on this device, and known on the next one${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const person = await web.world.signedUp()
    const mina = await web.arrive(person, '/settings/appearance')
    await mina.sees('Language and theme')
    await mina.pick('Language', '한국어')
    await mina.sees('언어와 화면')
    expect(await mina.page.locator('html').getAttribute('lang')).toBe('ko')
    await mina.page.reload()
    await mina.sees('언어와 화면')

    const phone = await web.arrive(person, '/settings/profile')
    await phone.sees('프로필')
    expect([...mina.complaints, ...phone.complaints]).toEqual([])
  },
)

browserTest(`in Korean no page has English words left but names${SKIPPED}`, { timeout: TIMEOUT_MS }, async () => {
  const owner = await web.world.signedIn({ name: '김미나', locale: 'ko' })
  const id = await owner.createWorkspace('항만 사무소')
  const token = await owner.inviteByLink(id)
  const personalToken = await owner.createToken(['read'])
  const member = await web.world.join(owner, id)
  const names = [...NAMES, member.facts.name, member.email, owner.email, 'read', personalToken.slice(-4)]

  const visitor = await web.visit('/sign-in', { locale: 'ko-KR' })
  const mina = await web.arrive(owner, '/', { locale: 'ko-KR' })
  const entries = ['/sign-in', '/sign-up', '/verify-email', '/verify-email#token=x', '/forgot-password']
  const links = ['/reset-password', '/reset-password#token=x', `/invitation#token=${token}`, '/invitation#token=x']
  const factor = ['/sign-in/second-factor', '/sign-in/second-factor#challenge=x']
  for (const path of [...entries, ...links, ...factor]) {
    await visitor.go(path)
    await visitor.arrives()
    await expect.poll(() => foreignWords(visitor.page, names), { message: `on ${path}` }).toEqual([])
  }
  const workspace = ['', '/members', '/invitations', '/log', '/settings'].map((page) => `/w/${id}${page}`)
  const account = ['profile', 'appearance', 'security', 'sessions', 'tokens', 'removal', 'mail']
  const others = ['/workspaces', '/workspaces/new', '/no-such-page', `/w/${web.world.person().email}`]
  for (const path of [...workspace, ...account.map((page) => `/settings/${page}`), ...others]) {
    await mina.go(path)
    await mina.arrives()
    await expect.poll(() => foreignWords(mina.page, names), { message: `on ${path}` }).toEqual([])
  }
  expect([...visitor.complaints, ...mina.complaints]).toEqual([])
})

browserTest(`a new name is seen wherever the person is${SKIPPED}`, { timeout: TIMEOUT_MS }, async () => {
  const person = await web.world.signedIn({ name: 'Mina' })
  const id = await person.createWorkspace()
  const mina = await web.arrive(person, '/settings/profile')
  await mina.type('Name', '')
  await mina.press('Save')
  expect(await mina.faultOf('Name')).toBe('Please fill this in.')
  await mina.type('Name', '  Mina Kim ')
  await mina.press('Save')
  await mina.hears('Your profile is saved.')
  await mina.button('Account of Mina Kim').waitFor()
  await mina.follow('Back to the workspace')
  await mina.sees('Good to see you, Mina Kim')
  await mina.go(`/w/${id}/members`)
  await mina.row('Mina Kim').reads('you')
  expect(mina.complaints).toEqual([])
})

/** The pictures that the page shows, by their width in dots. */
async function pictureWidths({ page }: Visitor): Promise<readonly number[]> {
  return page.evaluate<readonly number[]>(
    `[...document.querySelectorAll('img')].filter(({ complete }) => complete).map(({ naturalWidth }) => naturalWidth)`,
  )
}

browserTest(
  `a picture is shown once it is uploaded, and a file that is none is refused${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const mina = await web.arrive(await web.world.signedUp(), '/settings/profile')
    await mina.sees('Profile')
    const picture = { name: 'me.png', mimeType: 'image/png', buffer: flatPicture(320, 240, [20, 90, 140]) }
    const choose = async (file: typeof picture) => {
      const chooser = mina.page.waitForEvent('filechooser')
      await mina.press('Choose a picture')
      await (await chooser).setFiles(file)
    }
    await choose(picture)
    await mina.hears('Your new picture is in place.')
    await expect.poll(() => pictureWidths(mina)).toHaveLength(2) // large on the page, small in the menu above it
    expect((await pictureWidths(mina)).every((width) => width > 0)).toBe(true)

    const text = Buffer.from('This says that it is a picture.')
    const problem = mina.region('Picture')
    await choose({ ...picture, name: 'notes.txt', mimeType: 'text/plain', buffer: text })
    await problem.reads('This is no picture that we can read. Choose a JPEG, PNG, WebP, GIF or AVIF file.')
    await choose({ ...picture, buffer: picture.buffer.subarray(0, 60) })
    await problem.reads('This picture cannot be read. It may be damaged.')
    await choose({ ...picture, buffer: text })
    await problem.reads('This is no picture that we can read. Choose a JPEG, PNG, WebP, GIF or AVIF file.')
    expect(await pictureWidths(mina)).toHaveLength(2)

    await mina.press('Remove the picture')
    await mina.hears('Your picture is removed.')
    await expect.poll(() => pictureWidths(mina)).toEqual([])
    expect(mina.complaints).toEqual([])
  },
)

browserTest(
  `a session that is ended elsewhere leads to sign-in, and back from there${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const person = await web.world.signedUp()
    const phone = await web.arrive(person, '/settings/profile')
    await phone.sees('Profile')
    const mina = await web.arrive(person, '/settings/sessions')
    await mina.row('this device').reads('Chrome')
    await mina.press(/^Sign out there: /)
    await mina.hears('The session has ended.')
    await mina.reads('You are signed in nowhere else.')
    await phone.sees('Sign in')
    await phone.hears(ENDED)
    await phone.signIn(person.facts)
    await phone.sees('Profile')

    await mina.page.reload()
    await mina.press('Sign out everywhere else')
    await mina.dialog('Sign out everywhere else?').press('Sign out everywhere else')
    await mina.hears('1 session has ended.')
    await phone.sees('Sign in')
    expect([...mina.complaints, ...phone.complaints]).toEqual([])
  },
)

/** What a page does when the access token has run out: it uses the refresh token. */
async function useRefreshToken(visitor: Visitor): Promise<void> {
  await visitor.page.context().clearCookies({ name: ACCESS_COOKIE })
  await visitor.page.reload()
  await visitor.sees('Profile')
}

browserTest(
  `a refresh token that is used again ends the session of the page as well${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const mina = await web.arrive(await web.world.signedUp(), '/settings/profile')
    await mina.sees('Profile')
    const cookies = await mina.page.context().cookies()
    const stolen = cookies.find(({ name }) => name === REFRESH_COOKIE)?.value ?? ''
    await useRefreshToken(mina)
    await useRefreshToken(mina)
    const thief = web.world.person()
    thief.cookies.set(REFRESH_COOKIE, stolen)
    expect(await thief.refresh()).toMatchObject({ status: 401, code: 'AUTH_REFRESH_REUSED' })
    await mina.sees('Sign in')
    await mina.hears(ENDED)
    expect(mina.complaints).toEqual([])
  },
)

browserTest(
  `two-step sign-in: set up, asked for, by recovery code once and not twice, turned off${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const person = await web.world.signedUp()
    const mina = await web.arrive(person, '/settings/security')
    await mina.press('Set up')
    const setUp = mina.dialog('Set up two-step sign-in')
    const key = await setUp.definition('Key')
    web.world.keepSecret(key.replaceAll(' ', ''))
    await setUp.type('Code from the app', '12345')
    await setUp.press('Turn on')
    expect(await setUp.faultOf('Code from the app')).toBe('Enter the six digits, or a recovery code.')
    await setUp.type('Code from the app', totpCode(key))
    await setUp.press('Turn on')
    const shown = mina.dialog('Your recovery codes')
    const codes = await shown.listed('Recovery codes')
    expect(new Set(codes).size).toBe(10)
    await shown.press('I have kept them')
    await mina.reads('10 recovery codes are left.')

    const signInAgain = async () => {
      await mina.take(/^Account of /, 'Sign out')
      await mina.hears('You are signed out.')
      await mina.go('/sign-in?next=/settings/security')
      await mina.signIn(person.facts)
      await mina.sees('Confirm that it is you')
    }
    await signInAgain()
    await mina.type('Code', totpCode(key)) // the one that turned it on
    await mina.press('Confirm')
    expect(await mina.faultOf('Code')).toMatch(/^(This code was used already|The code is wrong)/)
    await mina.type('Code', totpCode(key, 1))
    await mina.press('Confirm')
    await mina.sees('Sign-in and security')

    const [spent = '', last = ''] = codes
    await signInAgain()
    await mina.press('Use a recovery code instead')
    await mina.type('Recovery code', spent)
    await mina.press('Confirm')
    await mina.reads('9 recovery codes are left.')
    await signInAgain()
    await mina.press('Use a recovery code instead')
    await mina.type('Recovery code', spent)
    await mina.press('Confirm')
    expect(await mina.faultOf('Recovery code')).not.toBe('')
    await mina.type('Recovery code', last)
    await mina.press('Confirm')
    await mina.reads('8 recovery codes are left.')

    await mina.press('Turn off')
    const off = mina.dialog('Turn two-step sign-in off?')
    await off.type('Current password', 'not the password')
    await off.type('Code from the app', codes[2] ?? '')
    await off.press('Turn off')
    expect(await off.faultOf('Current password')).toBe('The password is wrong.')
    await off.type('Current password', person.facts.password)
    await off.press('Turn off')
    await mina.hears('Two-step sign-in is off.')
    await mina.button('Set up').waitFor()
    expect(mina.complaints).toEqual([])
  },
)

browserTest(
  `a new password ends all other sessions, and this one goes on${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const person = await web.world.signedUp()
    const phone = await web.arrive(person, '/settings/profile')
    await phone.sees('Profile')
    const mina = await web.arrive(person, '/settings/security')
    await mina.type('Current password', 'not the password')
    await mina.type('New password', 'short')
    await mina.press('Change the password')
    expect(await mina.faultOf('New password')).toBe('Use 8 characters or more.')
    await mina.type('New password', 'the lighthouse keeper sings')
    await mina.press('Change the password')
    expect(await mina.faultOf('Current password')).toBe('The password is wrong.')
    await mina.type('Current password', person.facts.password)
    await mina.press('Change the password')
    await mina.hears('Your password is changed. All other sessions have ended.')
    await phone.sees('Sign in')
    await phone.hears(ENDED)
    await phone.signIn(person.facts)
    await phone.reads('The e-mail address or the password is wrong.')
    await phone.signIn({ ...person.facts, password: 'the lighthouse keeper sings' })
    await phone.sees('Profile')
    await mina.follow('Sessions')
    await mina.row('this device').reads('Chrome')
    expect([...mina.complaints, ...phone.complaints]).toEqual([])
  },
)

browserTest(`whoever forgot the password sets a new one by mail, once${SKIPPED}`, { timeout: TIMEOUT_MS }, async () => {
  const person = await web.world.signedUp()
  const mina = await web.visit('/sign-in')
  await mina.follow('Forgot your password?')
  await mina.sees('Set a new password')
  await mina.type('E-mail address', person.email)
  await mina.press('Send the link')
  await mina.sees('Check your mail')
  const link = (await web.world.linkOf(person.email, 'reset-password')).href
  await mina.go(link)
  await mina.sees('Choose a new password')
  await mina.type('New password', 'password1')
  await mina.press('Set the password')
  expect(await mina.faultOf('New password')).toBe('This is one of the passwords that are guessed first.')
  await mina.type('New password', 'the lighthouse keeper sings')
  await mina.press('Set the password')
  await mina.sees('Your new password is set')
  await mina.follow('Sign in')
  await mina.signIn({ ...person.facts, password: 'the lighthouse keeper sings' })
  await mina.sees('Your workspaces')

  const later = await web.visit(link)
  await later.sees('Choose a new password')
  await later.type('New password', 'the lighthouse keeper sleeps')
  await later.press('Set the password')
  await later.reads('This link has expired or was used already. Ask for a new one.')
  await later.follow('Ask for a new link')
  await later.sees('Set a new password')
  expect([...mina.complaints, ...later.complaints]).toEqual([])
})

browserTest(
  `an access token works until it is removed, and can do no more than it may${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const mina = await web.arrive(await web.world.signedUp(), '/settings/tokens')
    await mina.reads('You have no tokens')
    await mina.press('New token')
    const form = mina.dialog('New token')
    await form.press('Make the token')
    expect(await form.faultOf('Name')).toBe('Please fill this in.')
    await form.type('Name', 'Nightly report')
    await form.select('Valid for', '7 days')
    await form.press('Make the token')
    const made = mina.dialog('Your new token')
    const token = await made.field('Token').inputValue()
    web.world.keepSecret(token)
    await made.press('Done')
    await mina.row('Nightly report').reads('never used')

    const headers = { authorization: `Bearer ${token}` }
    const program = web.world.person()
    expect((await program.send('GET /api/auth/me', { headers })).status).toBe(200)
    const body = { name: 'By a program' }
    const written = await program.send('POST /api/users/workspaces', { headers, body })
    expect(written).toMatchObject({ status: 403, code: 'IDENTITY_SCOPE_MISSING' })
    await mina.page.reload()
    await mina.row('Nightly report').reads(/^last used /)
    expect(await mina.page.content()).not.toContain(token)

    await mina.press('Remove the token Nightly report')
    await mina.dialog('Remove “Nightly report”?').press('Remove')
    await mina.hears('The token is removed.')
    await mina.reads('You have no tokens')
    expect((await program.send('GET /api/auth/me', { headers })).code).toBe('IDENTITY_TOKEN_INVALID')
    expect(mina.complaints).toEqual([])
  },
)

/** What the browser saves when that button is pressed. */
async function download(visitor: Visitor, button: string): Promise<string> {
  const [file] = await Promise.all([visitor.page.waitForEvent('download'), visitor.press(button)])
  return readFile(await file.path(), 'utf8')
}

browserTest(
  `an account is removed after its data was downloaded, and is gone${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const person = await web.world.signedIn({ name: 'Mina Kim' })
    const id = await person.createWorkspace('Lighthouse')
    await web.world.join(person, id)
    const mina = await web.arrive(person, '/settings/removal')
    const data = await download(mina, 'Download')
    for (const text of ['Mina Kim', person.email, 'Lighthouse']) expect(data).toContain(text)

    await mina.press('Delete my account')
    const removal = mina.dialog('Delete your account for good?')
    expect(await removal.button('Delete for good').isDisabled()).toBe(true)
    await download(removal, 'Download')
    await removal.type('Your password', 'not the password')
    await removal.press('Delete for good')
    expect(await removal.faultOf('Your password')).not.toBe('')
    await removal.type('Your password', person.facts.password)
    await removal.press('Delete for good')
    await removal.reads('These workspaces need another owner first:')
    await removal.follow('Lighthouse')
    await mina.sees('Workspace settings')
    expect((await person.send(`DELETE /api/users/workspaces/${id}`)).status).toBe(204)

    await mina.go('/settings/removal')
    await mina.press('Delete my account')
    await download(removal, 'Download')
    await removal.type('Your password', person.facts.password)
    await removal.press('Delete for good')
    await mina.sees('Sign in')
    await mina.hears('Your account is deleted. Fair winds.')
    await mina.signIn(person.facts)
    await mina.reads('The e-mail address or the password is wrong.')
    expect(mina.complaints).toEqual([])
  },
)

browserTest(`no secret that was used here stands in a log${SKIPPED}`, { timeout: TIMEOUT_MS }, async () => {
  expect(await web.world.secretsInLogs()).toEqual([])
})
