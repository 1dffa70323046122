import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApiPerson } from './api-person.ts'
import { tokenOf } from './outbox.ts'
import { openWealistWorld, type WealistWorld, WORLD_START_MS } from './wealist-world.ts'

let world: WealistWorld
let owner: ApiPerson
let workspaceId: string
beforeAll(async () => {
  world = await openWealistWorld()
  owner = await world.signedIn()
  workspaceId = await owner.createWorkspace()
}, WORLD_START_MS)
afterAll(() => world[Symbol.asyncDispose]())

const path = (rest = '') => `/api/users/workspaces/${workspaceId}${rest}`

async function rolesById(): Promise<ReadonlyMap<unknown, unknown>> {
  const members = (await owner.get(path('/members'))).expect(200).list('members')
  return new Map(members.map((member) => [Object(member).userId, Object(member).role]))
}

test('who is removed loses access and event streams at once, and everybody else hears of it', async () => {
  const [removed, neighbour] = [await world.join(owner, workspaceId), await world.join(owner, workspaceId)]
  await using own = await removed.listen(`?workspaceId=${workspaceId}`)
  await using general = await removed.listen()
  await using seen = await neighbour.listen(`?workspaceId=${workspaceId}`)
  await expect.poll(() => general.named('memberships')).toHaveLength(1)
  const gone = { workspaceId, userId: removed.userId, role: null }

  expect((await owner.send(`DELETE ${path(`/members/${removed.userId}`)}`)).status).toBe(204)
  // No poll: not even the next request gets through.
  for (const call of [path(), path('/members'), `/api/users/events?workspaceId=${workspaceId}`]) {
    expect((await removed.get(call)).status).toBe(404)
  }
  await expect.poll(() => own.isOpen).toBe(false)
  expect(own.named('membership-changed')).toContainEqual(gone)
  await expect.poll(() => general.named('membership-changed')).toContainEqual(gone)
  await expect.poll(() => seen.named('membership-changed')).toContainEqual(gone)
  expect(general.isOpen).toBe(true)
  expect(seen.isOpen).toBe(true)
  expect((await removed.get('/api/users/workspaces')).list('workspaces')).toEqual([])
})

test('a role that is taken away is gone with the next request', async () => {
  const admin = await world.join(owner, workspaceId, 'admin')
  const token = await admin.createToken(['admin'])
  const headers = { authorization: `Bearer ${token}` }
  expect((await admin.get(path('/audit'))).status).toBe(200)
  expect((await owner.send(`PATCH ${path(`/members/${admin.userId}`)}`, { body: { role: 'guest' } })).status).toBe(204)
  expect(await admin.get(path('/audit'))).toMatchObject({ status: 403, code: 'IDENTITY_ROLE_TOO_LOW' })
  expect(await admin.elsewhere().send(`GET ${path('/audit')}`, { headers })).toMatchObject({ status: 403 })
})

test('nobody raises themselves or others above what is theirs to give', async () => {
  const admin = await world.join(owner, workspaceId, 'admin')
  const peer = await world.join(owner, workspaceId, 'admin')
  const member = await world.join(owner, workspaceId)
  const before = await rolesById()
  const give = (by: ApiPerson, to: ApiPerson, role: string) =>
    by.send(`PATCH ${path(`/members/${to.userId}`)}`, { body: { role } })
  const remove = (by: ApiPerson, whom: ApiPerson) => by.send(`DELETE ${path(`/members/${whom.userId}`)}`)
  const attempts = [
    () => give(member, member, 'admin'),
    () => give(admin, member, 'admin'),
    () => give(admin, peer, 'guest'),
    () => give(admin, owner, 'guest'),
    () => give(admin, admin, 'owner'),
    () => give(owner, member, 'owner'),
    () => give(owner, member, 'Admin'),
    () => remove(admin, owner),
    () => remove(admin, peer),
    () => remove(member, admin),
    () => admin.post(path('/invitations'), { role: 'admin' }),
    () => owner.post(path('/invitations'), { role: 'owner' }),
    () => admin.post(path('/ownership'), { userId: admin.userId }),
    () => admin.send(`DELETE ${path()}`),
    () => member.send(`PATCH ${path()}`, { body: { name: 'Mine' } }),
  ]
  for (const attempt of attempts) {
    const { status, code } = await attempt()
    expect(status === 403 || (status === 400 && code === 'SERVICE_REQUEST_INVALID')).toBe(true)
  }
  expect(await rolesById()).toEqual(before)
})

test('a workspace always has exactly one owner', async () => {
  const heir = await world.join(owner, workspaceId)
  const stays = { status: 409, code: 'USER_OWNER_STAYS' }
  expect(await owner.post(path('/leave'))).toMatchObject(stays)
  expect(await owner.send(`DELETE ${path(`/members/${owner.userId}`)}`)).toMatchObject(stays)
  const step = await owner.send(`PATCH ${path(`/members/${owner.userId}`)}`, { body: { role: 'admin' } })
  expect(step).toMatchObject(stays)
  const { password } = owner.facts
  const removal = await owner.send('DELETE /api/users/me', { body: { password } })
  expect(removal).toMatchObject({ status: 409, code: 'USER_OWNS_WORKSPACES' })
  expect((await owner.get('/api/auth/me')).status).toBe(200)
  const stranger = await world.signedIn()
  expect((await owner.post(path('/ownership'), { userId: stranger.userId })).code).toBe('USER_MEMBER_UNKNOWN')

  // Two at the same moment: one hands it over, the other finds that it is not theirs any more.
  const other = await world.join(owner, workspaceId)
  const answers = await Promise.all([heir, other].map(({ userId }) => owner.post(path('/ownership'), { userId })))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 403]))
  const owners = [...(await rolesById())].filter(([, role]) => role === 'owner')
  expect(owners).toHaveLength(1)
  const next = [heir, other].find(({ userId }) => userId === owners[0]?.[0])
  expect((await next?.post(path('/ownership'), { userId: owner.userId }))?.status).toBe(200)
})

test('an account that is removed is signed out everywhere, and its tokens and invitations are of no use', async () => {
  const leaver = await world.join(owner, workspaceId, 'admin')
  const link = await leaver.inviteByLink(workspaceId)
  const headers = { authorization: `Bearer ${await leaver.createToken(['admin'])}` }
  await using stream = await leaver.listen()
  const { password } = leaver.facts
  expect((await leaver.send('DELETE /api/users/me', { body: { password: 'not the password' } })).status).toBe(400)
  expect((await leaver.send('DELETE /api/users/me', { body: {} })).status).toBe(400)
  expect((await leaver.copy().send('DELETE /api/users/me', { body: { password } })).status).toBe(200)
  await expect.poll(() => stream.isOpen).toBe(false)
  await expect.poll(async () => (await leaver.get('/api/users/me')).status).toBe(401)
  expect((await leaver.elsewhere().send('GET /api/auth/me', { headers })).status).toBe(401)
  expect((await leaver.elsewhere().signIn()).code).toBe('AUTH_CREDENTIALS_WRONG')
  expect((await (await world.signedIn()).accept(link)).code).toBe('USER_INVITATION_REVOKED')
  expect((await rolesById()).has(leaver.userId)).toBe(false)
})

test('invitations that are used up, withdrawn, expired, for others or made up let nobody in', async () => {
  const [first, second] = [await world.signedIn(), await world.signedIn()]
  const used = await owner.inviteByLink(workspaceId, 'member', { useLimit: 1 })
  const racing = await Promise.all([first, second].map((person) => person.accept(used)))
  expect(new Set(racing.map(({ status, code }) => code ?? status))).toEqual(new Set([200, 'USER_INVITATION_USED']))
  const stranger = await world.signedIn()
  const refused = async (token: string, code: string) => {
    expect((await stranger.accept(token)).code).toBe(code)
    return (await world.person().get(`/api/users/invitations/${token}`)).code
  }
  const withdrawn = await owner.inviteByLink(workspaceId)
  const id = (await owner.get(path('/invitations'))).text('invitations', 0, 'id')
  expect((await owner.send(`DELETE ${path(`/invitations/${id}`)}`)).status).toBe(204)
  expect(await refused(withdrawn, 'USER_INVITATION_REVOKED')).toBe('USER_INVITATION_REVOKED')

  const expired = await owner.inviteByLink(workspaceId)
  const lateId = (await owner.get(path('/invitations'))).text('invitations', 0, 'id')
  const ago = "created_at = now() - interval '2 days', expires_at = now() - interval '1 second'"
  await world.query('user_db', `UPDATE invitations SET ${ago} WHERE id = $1`, [lateId])
  expect(await refused(expired, 'USER_INVITATION_EXPIRED')).toBe('USER_INVITATION_EXPIRED')

  const email = 'only-me@example.com'
  expect((await owner.post(path('/invitations'), { email, role: 'admin' })).status).toBe(201)
  const personal = tokenOf(await world.linkOf(email, 'invitation'))
  world.keepSecret(personal)
  await refused(personal, 'USER_INVITATION_FOREIGN')
  const invited = await world.signedIn({ email })
  expect((await invited.accept(personal)).status).toBe(200)

  const last = withdrawn.at(-1) === 'A' ? 'E' : 'A'
  for (const guess of ['A'.repeat(43), withdrawn.slice(0, -1) + last, `${used}A`, `${used}%00`, "' OR '1'='1"]) {
    const token = encodeURIComponent(guess).replace('%2500', '%00')
    expect((await stranger.accept(token)).status).toBeGreaterThanOrEqual(400)
    expect((await stranger.get(`/api/users/invitations/${token}`)).status).toBeGreaterThanOrEqual(400)
  }
  expect((await rolesById()).has(stranger.userId)).toBe(false)
})

test('an invitation gives the role that it says, whatever the one who accepts it sends along', async () => {
  const person = await world.signedIn()
  const token = await owner.inviteByLink(workspaceId, 'guest')
  const body = { role: 'owner', workspaceId, userId: owner.userId }
  await person.post(`/api/users/invitations/${token}/accept?role=owner`, body)
  await person.accept(token)
  expect((await rolesById()).get(person.userId)).toBe('guest')
})

test('fields that are not for the caller to set are refused by name, and set nothing', async () => {
  const person = await world.signedIn()
  const other = await world.signedUp()
  const id = '00000000-0000-4000-8000-000000000000'
  const { email, name, password } = world.person().facts
  const signUp = { email, name, password, locale: 'en' }
  const bodies: readonly (readonly [string, Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>])[] = [
    ['POST /api/auth/sign-up', signUp, { id, role: 'owner', emailVerified: true, isOperator: true, passwordHash: 'x' }],
    ['POST /api/auth/sign-in', { email, password }, { userId: id, sessionId: id, isOperator: true }],
    ['POST /api/auth/tokens', { name: 'mine', scopes: ['read'] }, { userId: id, id, token: 'wl_pat_x', hash: 'x' }],
    ['PATCH /api/users/me', { name }, { id, userId: other.email, email: other.email, avatarUrl: '/x', role: 'owner' }],
    ['POST /api/users/workspaces', { name }, { id, ownerId: id, role: 'guest', memberCount: 9, createdAt: 'x' }],
    [`PATCH ${path()}`, { name }, { id, ownerId: id, role: 'owner' }],
    [
      `POST ${path('/invitations')}`,
      { role: 'guest' },
      { id, createdBy: id, useCount: -5, tokenHash: 'x', expiresAt: 'x' },
    ],
    [`POST ${path('/ownership')}`, { userId: owner.userId }, { role: 'owner', workspaceId: id }],
    [
      'POST /api/users/me/avatar',
      { contentType: 'image/png', sizeBytes: 10 },
      { key: 'profiles/x', userId: id, url: 'x' },
    ],
  ]
  for (const [call, body, more] of bodies) {
    const by = call.includes(workspaceId) ? owner : person
    for (const [field, value] of Object.entries(more)) {
      const answer = await by.send(call, { body: { ...body, [field]: value } })
      expect({ call, field, code: answer.code, fields: answer.faultyFields }).toEqual({
        call,
        field,
        code: 'SERVICE_REQUEST_INVALID',
        fields: [field],
      })
    }
  }
  expect((await person.get('/api/users/workspaces')).list('workspaces')).toEqual([])
})

test('no secret that was used here stands in a log', async () => {
  // A wrong path around a right token is logged too.
  const token = await owner.inviteByLink(workspaceId)
  for (const call of ['GET', 'PUT', 'POST']) await owner.send(`${call} /api/users/invitations/${token}/accepted`)
  await owner.get(`/api/users/invitations/${token}/accept`)
  expect(await world.secretsInLogs()).toEqual([])
})
