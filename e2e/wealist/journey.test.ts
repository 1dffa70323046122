import { afterAll, beforeAll, expect } from 'vitest'
import type { LinkKind } from './outbox.ts'
import type { Visitor } from './visitor.ts'
import { WORLD_START_MS } from './wealist-world.ts'
import { browserTest, openWebWorld, SKIPPED, type WebWorld } from './web-world.ts'

const TIMEOUT_MS = 120_000

let web: WebWorld
beforeAll(async () => {
  web = await openWebWorld()
}, WORLD_START_MS)
afterAll(() => web[Symbol.asyncDispose]())

/** The link of the next mail to that address, as somebody opens it who reads mail in the same browser. */
async function openLinkOf(visitor: Visitor, email: string, kind: LinkKind): Promise<void> {
  await visitor.go((await web.world.linkOf(email, kind)).href)
}

/** From the form of the sign-up page to being signed in. */
async function signUp(visitor: Visitor, name: string): Promise<void> {
  const { email, password } = web.world.person().facts
  await visitor.sees('Create an account')
  await visitor.type('Name', name)
  await visitor.type('E-mail address', email)
  await visitor.type('Password', password)
  await visitor.press('Create account')
  await visitor.sees('Check your mail')
  await visitor.reads(email)
  await openLinkOf(visitor, email, 'verify-email')
  await visitor.confirmAddress(password)
  await visitor.follow('Sign in')
  await visitor.signIn({ email, password })
}

async function makeWorkspace(visitor: Visitor, name: string): Promise<void> {
  await visitor.sees('Your workspaces')
  await visitor.reads('You are in no workspace yet')
  await visitor.follow('New workspace')
  await visitor.sees('New workspace')
  await visitor.type('Name of the workspace', name)
  await visitor.press('Create workspace')
  await visitor.reads('You are here alone so far')
}

/** Makes an invitation link. @returns it, as it is shown this once */
async function invite(visitor: Visitor, choices: Readonly<Record<string, string>>): Promise<string> {
  await visitor.press('Invite people')
  const form = visitor.dialog('Invite people')
  for (const [label, choice] of Object.entries(choices)) await form.select(label, choice)
  await form.press('Make the link')
  const made = visitor.dialog('The link is ready')
  const link = await made.field('Invitation link').inputValue()
  await made.press('Done')
  return link
}

browserTest(
  `a team comes together: sign up, make a workspace, invite by link, give roles, remove${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const mina = await web.visit('/')
    await mina.sees('Sign in')
    await mina.follow('Create an account')
    await signUp(mina, 'Mina Kim')
    await makeWorkspace(mina, 'Harbour Office')
    await mina.follow('Invite people')
    await mina.sees('Invitations')
    const link = await invite(mina, { Role: 'Guest', 'For how many people': '1 person' })

    const joon = await web.visit(link)
    await joon.sees('You are invited')
    await joon.reads('Mina Kim invites you to join as Guest.')
    await joon.follow('Create an account to join')
    await signUp(joon, 'Joon Park')
    await joon.sees('You are invited')
    await joon.press('Join the workspace')
    await joon.hears('Welcome aboard “Harbour Office”.')
    await joon.sees('Good to see you, Joon Park')
    expect(await joon.link('Log').count()).toBe(0)
    await joon.follow('Members')
    await joon.sees('Members')
    await joon.row('Joon Park').reads('Guest')

    // Each change is seen in the other browser without a reload.
    await mina.row('Anyone with the link').reads('used')
    await mina.follow('Members')
    await mina.row('Joon Park').take('What to do with Joon Park', 'Make Admin')
    await mina.hears('Joon Park has a new role: Admin.')
    await joon.row('Joon Park').reads('Admin')
    await joon.follow('Log')
    await joon.reads('Mina Kim changed the role of Joon Park from Guest to Admin.')

    await mina.row('Joon Park').take('What to do with Joon Park', 'Make Member')
    await joon.sees('Good to see you, Joon Park') // the log is no longer for him
    await joon.link('Log').waitFor({ state: 'detached' })

    await mina.row('Joon Park').take('What to do with Joon Park', 'Remove from the workspace')
    await mina.dialog('Remove Joon Park?').press('Remove')
    await mina.hears('Joon Park was removed.')
    await mina.row('Joon Park').isGone()
    await joon.sees('Your workspaces')
    await joon.hears('You are no longer a member of “Harbour Office”. What was open there has been closed.')
    await joon.reads('You are in no workspace yet')
    expect([...mina.complaints, ...joon.complaints]).toEqual([])
  },
)

browserTest(
  `an invitation by mail is for whom it was sent to, and for nobody else${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const owner = await web.world.signedUp({ name: 'Mina Kim' })
    const invited = await web.world.signedUp({ name: 'Joon Park' })
    const other = await web.world.signedUp({ name: 'Ara Lee' })
    const mina = await web.arrive(owner, '/workspaces/new')
    await mina.type('Name of the workspace', 'Pilots')
    await mina.press('Create workspace')
    await mina.follow('Invite people')
    await mina.press('Invite people')
    const form = mina.dialog('Invite people')
    await form.pick('How to invite', 'By mail')
    await form.type('E-mail address', invited.email)
    await form.select('Role', 'Admin')
    await form.press('Send the invitation')
    await mina.dialog('The invitation is on its way').press('Done')
    await mina.row(invited.email).reads('As Admin')

    const link = (await web.world.linkOf(invited.email, 'invitation')).href
    const ara = await web.visit(link)
    await ara.sees('You are invited')
    await ara.follow('Sign in to join')
    await ara.signIn(other.facts)
    await ara.reads('Only the account with the invited e-mail address can accept it.')
    await ara.press('Join the workspace')
    await ara.reads('This invitation is for another e-mail address. Sign in with the account it was sent to.')
    await ara.press('Use another account')
    await ara.follow('Sign in to join')
    await ara.signIn(invited.facts)
    await ara.sees('You are invited')
    await ara.reads(`You are signed in as ${invited.email}.`)
    await ara.press('Join the workspace')
    await ara.sees('Good to see you, Joon Park')
    await mina.row(invited.email).reads('used')
    expect([...mina.complaints, ...ara.complaints]).toEqual([])
  },
)

browserTest(
  `an owner hands the workspace over and leaves; the new one deletes it${SKIPPED}`,
  { timeout: TIMEOUT_MS },
  async () => {
    const owner = await web.world.signedIn({ name: 'Mina Kim' })
    const id = await owner.createWorkspace('Lighthouse')
    const heir = await web.world.join(owner, id)
    const mina = await web.arrive(owner, `/w/${id}/members`)
    const joon = await web.arrive(heir, `/w/${id}/settings`)
    await joon.reads('Only admins can rename the workspace.')
    const { name } = heir.facts
    await mina.row(name).take(`What to do with ${name}`, 'Hand over the workspace')
    await mina.dialog(`Hand over the workspace to ${name}?`).press('Hand over')
    await mina.hears(`${name} is the owner now.`)

    await mina.row('Mina Kim').take('What to do with Mina Kim', 'Leave the workspace')
    await mina.dialog('Leave “Lighthouse”?').press('Leave')
    await mina.hears('You have left “Lighthouse”.')
    await mina.sees('Your workspaces')
    await mina.go(`/w/${id}/members`)
    await mina.sees('There is nothing at this address')

    await joon.type('Name of the workspace', 'Lighthouse Nord')
    await joon.press('Save')
    await joon.hears('The workspace has its new name.')
    await joon.press('Delete the workspace')
    const removal = joon.dialog('Delete “Lighthouse Nord”?')
    await removal.type('Name of the workspace', 'Lighthouse Nord')
    await removal.press('Delete the workspace')
    await joon.hears('“Lighthouse Nord” is deleted.')
    await joon.sees('Your workspaces')
    expect([...mina.complaints, ...joon.complaints]).toEqual([])
  },
)
