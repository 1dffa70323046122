import { memberOf } from './api-answer.ts'
import type { ApiPerson } from './api-person.ts'
import { tokenOf } from './outbox.ts'
import type { RouteIds } from './route-table.ts'
import type { WealistWorld } from './wealist-world.ts'

/** Somebody who has one of everything, so that others can try to get at it. */
export interface Victim {
  readonly owner: ApiPerson
  /** A member of the owner's workspace. */
  readonly member: ApiPerson
  /** The ids of what is the owner's, by the names of the routes' parameters. */
  readonly ids: RouteIds
  /** Which of two ids a parameter called `id` means, by the beginning of the path. */
  readonly idsByPath: Readonly<Record<string, string>>
  /** All that can be read of it; equal as long as nobody has changed anything. */
  look(): Promise<unknown>
}

/** A picture of one dot. */
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)

export async function openVictim(world: WealistWorld): Promise<Victim> {
  const owner = await world.signedIn()
  const workspaceId = await owner.createWorkspace('Victims')
  const member = await world.join(owner, workspaceId)
  const [avatarId = ''] = (await showAvatar(owner)).text('avatarUrl').split('/').slice(-1)
  const uploadId = (await beginUpload(owner)).text('uploadId')
  const path = `/api/users/workspaces/${workspaceId}`
  const email = 'invited@example.com'
  const invitation = (await owner.post(`${path}/invitations`, { email, role: 'member' })).expect(201)
  const token = tokenOf(new URL(invitation.text('url')))
  world.keepSecret(token)
  await owner.createToken(['read'])
  const tokenId = (await owner.get('/api/auth/tokens')).text('tokens', 0, 'id')
  const ids = { workspaceId, userId: member.userId, avatarId, uploadId, token, invitationId: invitation.text('id') }
  return {
    owner,
    member,
    ids,
    idsByPath: { '/api/auth/sessions/': owner.sessionId, '/api/auth/tokens/': tokenId },
    look: () => look(owner, ids),
  }
}

/** Whoever else joins in the course of a test is left out. */
async function look(owner: ApiPerson, ids: RouteIds): Promise<unknown> {
  const path = `/api/users/workspaces/${ids.workspaceId}`
  const [workspace, members, invitations] = await Promise.all([
    owner.get(path),
    owner.get(`${path}/members`),
    owner.get(`${path}/invitations`),
  ])
  const tokens = (await owner.get('/api/auth/tokens')).list('tokens')
  return {
    workspace: [workspace.value('id'), workspace.value('name'), workspace.value('role')],
    members: members
      .list('members')
      .filter((each) => [owner.userId, ids.userId].includes(String(memberOf(each, 'userId')))),
    invitation: invitations.list('invitations').find((each) => memberOf(each, 'id') === ids.invitationId),
    me: (await owner.get('/api/users/me')).expect(200).body,
    account: (await owner.get('/api/auth/me')).expect(200).body,
    sessions: (await owner.get('/api/auth/sessions')).expect(200).body,
    tokens: tokens.map((token) => memberOf(token, 'id')),
  }
}

async function beginUpload(person: ApiPerson) {
  const body = { contentType: 'image/png', sizeBytes: PICTURE.byteLength }
  return (await person.post('/api/users/me/avatar', body)).expect(201)
}

async function showAvatar(person: ApiPerson) {
  const begun = await beginUpload(person)
  const headers = Object.entries(Object(begun.value('headers'))).map(([name, value]) => [name, String(value)])
  const { pathname, search } = new URL(begun.text('uploadUrl'))
  const request = { content: PICTURE, headers: Object.fromEntries(headers) }
  const put = await person.send(`${begun.text('method')} ${pathname}${search}`, request)
  if (put.status >= 300) throw new Error(`The upload was refused: ${put.status} ${put.raw}`)
  return (await person.post(`/api/users/me/avatar/${begun.text('uploadId')}/done`)).expect(200)
}
