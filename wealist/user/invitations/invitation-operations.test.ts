import { afterAll, beforeAll, expect, test } from 'vitest'
import { openUserWorld, type Person, type UserWorld } from '../testing.ts'

let world: UserWorld
let owner: Person
let id: string
beforeAll(async () => {
  world = await openUserWorld()
  owner = await world.signUp({ name: 'Owner' })
  id = await world.makeWorkspace(owner)
})
afterAll(() => world[Symbol.asyncDispose]())

const accept = (token: string, person: Person) => world.ask(`POST /api/users/invitations/${token}/accept`, person)
const invitations = (suffix = '') => `/api/users/workspaces/${id}/invitations${suffix}`

test('a link shows what it is for before anybody signs in, and lets in who accepts', async () => {
  const token = await world.makeLink(owner, id, { role: 'guest' })
  const preview = await world.ask(`GET /api/users/invitations/${token}`)
  expect(preview.body).toEqual({
    workspaceName: 'Harbour',
    inviterName: 'Owner',
    role: 'guest',
    isForOneAddress: false,
    expiresAt: expect.any(String),
  })
  const lee = await world.signUp()
  expect((await accept(token, lee)).body).toEqual({ workspaceId: id, role: 'guest', hasJoined: true })
  expect((await accept(token, lee)).body).toEqual({ workspaceId: id, role: 'guest', hasJoined: false })
})

test('the token is in no table and in no log', async () => {
  const token = await world.makeLink(owner, id)
  await world.ask(`GET /api/users/invitations/${token}`)
  await accept(token, await world.signUp())
  const { body } = await world.ask(`GET ${invitations()}`, owner)
  expect(JSON.stringify(body)).not.toContain(token)
  expect(world.log.join('\n')).toContain('/api/users/invitations/:token/accept')
  expect(world.log.join('\n')).not.toContain(token)
})

test('a mail goes to whom it is for, in words of auth, and only their account may accept', async () => {
  const han = await world.signUp({ email: 'han@example.com' })
  const body = { role: 'member', email: ' Han@EXAMPLE.com ' }
  const made = await world.ask(`POST ${invitations()}`, owner, { body })
  expect(made).toMatchObject({ status: 201, body: { email: 'han@example.com', useLimit: 1, state: 'open' } })
  const mail = world.auth.mails.at(-1)
  expect(mail).toMatchObject({ template: 'invitation', to: 'han@example.com', locale: 'en' })
  expect(mail?.parameters).toMatchObject({ inviter: 'Owner', workspace: 'Harbour' })
  const token = mail?.parameters.path?.split('#token=')[1] ?? ''
  expect(await accept(token, await world.signUp())).toMatchObject({
    status: 403,
    body: { code: 'USER_INVITATION_FOREIGN' },
  })
  const preview = await world.ask(`GET /api/users/invitations/${token}`)
  expect(JSON.stringify(preview.body)).not.toContain('han@')
  expect((await accept(token, han)).body).toMatchObject({ hasJoined: true })
})

test('an address that is not confirmed does not open anything', async () => {
  const token = await world.makeLink(owner, id)
  const refused = await accept(token, await world.signUp({ emailVerified: false }))
  expect(refused).toMatchObject({ status: 403, body: { code: 'USER_EMAIL_UNVERIFIED' } })
})

test('a mail that auth does not take leaves no open invitation behind', async () => {
  world.auth.isBroken = true
  const body = { role: 'member', email: 'nobody@example.com' }
  const refused = await world.ask(`POST ${invitations()}`, owner, { body })
  world.auth.isBroken = false
  expect(refused).toMatchObject({ status: 503, body: { code: 'USER_AUTH_UNAVAILABLE' } })
  expect(refused.headers.get('retry-after')).toBe('2')
  const { body: listed } = await world.ask(`GET ${invitations()}`, owner)
  expect(listed.invitations).toContainEqual(expect.objectContaining({ email: body.email, state: 'revoked' }))
})

test('a new invitation for an address takes the place of the one before', async () => {
  const body = { role: 'member', email: 'twice@example.com' }
  const first = await world.ask(`POST ${invitations()}`, owner, { body })
  await world.ask(`POST ${invitations()}`, owner, { body })
  const token = first.text('url').split('#token=')[1] ?? ''
  expect((await world.ask(`GET /api/users/invitations/${token}`)).body.code).toBe('USER_INVITATION_REVOKED')
})

test('a wrong, withdrawn, expired or used invitation is refused, each by its code', async () => {
  const person = await world.signUp()
  expect(await accept('x'.repeat(43), person)).toMatchObject({ status: 404, body: { code: 'USER_INVITATION_UNKNOWN' } })
  expect(await accept('%00', person)).toMatchObject({ status: 404, body: { code: 'USER_INVITATION_UNKNOWN' } })

  const made = await world.ask(`POST ${invitations()}`, owner, { body: { role: 'member' } })
  const withdrawn = made.text('url').split('#token=')[1] ?? ''
  expect((await world.ask(`DELETE ${invitations(`/${made.text('id')}`)}`, owner)).status).toBe(204)
  expect((await world.ask(`DELETE ${invitations(`/${made.text('id')}`)}`, owner)).status).toBe(204)
  expect(await accept(withdrawn, person)).toMatchObject({ status: 410, body: { code: 'USER_INVITATION_REVOKED' } })

  const once = await world.makeLink(owner, id, { useLimit: 1 })
  await accept(once, await world.signUp())
  expect(await accept(once, person)).toMatchObject({ status: 410, body: { code: 'USER_INVITATION_USED' } })
  expect((await world.ask(`GET /api/users/invitations/${once}`)).body.code).toBe('USER_INVITATION_USED')
})

test('of many who use an invitation at once, as many get in as it is for', async () => {
  const token = await world.makeLink(owner, id, { useLimit: 2 })
  const people = await Promise.all(Array.from({ length: 6 }, () => world.signUp()))
  const answers = await Promise.all(people.map((person) => accept(token, person)))
  const codes = answers.map(({ status, body }) => (status === 200 ? 'joined' : String(body.code))).toSorted()
  expect(codes).toEqual([...Array.from({ length: 4 }, () => 'USER_INVITATION_USED'), 'joined', 'joined'])
  const { body } = await world.ask(`GET ${invitations()}`, owner)
  expect(Object(body).invitations[0]).toMatchObject({ state: 'used', useCount: 2, useLimit: 2 })
})

test('who accepts twice at once joins once', async () => {
  const token = await world.makeLink(owner, id, { useLimit: 1 })
  const person = await world.signUp()
  const answers = await Promise.all([accept(token, person), accept(token, person)])
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect(answers.filter(({ body }) => body.hasJoined === true)).toHaveLength(1)
})

test.for([
  [{ role: 'owner' }, 'role'],
  [{ role: 'member', expiresInDays: 0 }, 'expiresInDays'],
  [{ role: 'member', expiresInDays: 31 }, 'expiresInDays'],
  [{ role: 'member', useLimit: 1_001 }, 'useLimit'],
  [{ role: 'member', email: 'nobody' }, 'email'],
  [{ role: 'member', email: 'a@example.com, b@example.com' }, 'email'],
  [{ role: 'member', email: 'a@example.com\r\nBcc: b@example.com' }, 'email'],
] as const)('the request %j is refused at its field', async ([body, field]) => {
  const refused = await world.ask(`POST ${invitations()}`, owner, { body })
  expect(refused).toMatchObject({ status: 400, body: { details: { faults: [{ field }] } } })
})

test('an invitation lasts no longer than its time, or than the right of its maker', async () => {
  const admin = await world.join(owner, id, 'admin')
  const token = await world.makeLink(admin, id)
  const path = `/api/users/workspaces/${id}/members/${admin.userId}`
  await world.ask(`PATCH ${path}`, owner, { body: { role: 'member' } })
  expect((await world.ask(`GET /api/users/invitations/${token}`)).body.code).toBe('USER_INVITATION_REVOKED')

  const short = await world.makeLink(owner, id, { expiresInDays: 1 })
  world.identity.clock.pass(86_400_000)
  const person = await world.signUp()
  const expired = await accept(short, person)
  expect(expired).toMatchObject({ status: 410, body: { code: 'USER_INVITATION_EXPIRED' } })
})
