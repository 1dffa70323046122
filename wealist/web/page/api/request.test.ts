import { expect, test } from 'vitest'
import { request } from './request.ts'
import { requestPath } from './request-path.ts'

test.for([
  ['/api/users/me', {}, '/api/users/me'],
  ['/api/w/{id}/leave', { path: { id: 'a/b?c#d' } }, '/api/w/a%2Fb%3Fc%23d/leave'],
  ['/api/w/{id}', { path: { id: 'x' }, query: { before: '7&8', limit: 50 } }, '/api/w/x?before=7%268&limit=50'],
] as const)('%s with %j is %s', ([template, parts, path]) => {
  expect(requestPath(template, parts)).toBe(path)
})

test.for(['.', '..', '%2e%2E'])('a parameter of %s leads nowhere else', (id) => {
  const { pathname } = new URL(requestPath('/api/w/{id}/leave', { path: { id } }), 'http://example.com')
  expect(pathname).toMatch(/^\/api\/w\/[^/]+\/leave$/)
})

/** Never called: what it holds either compiles or is expected not to. */
export async function checkTypes(): Promise<readonly unknown[]> {
  const { emailVerified } = await request('GET /api/auth/me')
  const { entries } = await request('GET /api/users/workspaces/{workspaceId}/audit', { path: { workspaceId: '' } })
  const isVerified: boolean = emailVerified
  const nothing: undefined = await request('DELETE /api/users/me/avatar', { signal: new AbortController().signal })
  // @ts-expect-error nobody answers there
  await request('GET /api/users/nobody')
  // @ts-expect-error there is no such method there
  await request('PUT /api/users/me')
  // @ts-expect-error the parameters of the path are missing
  await request('POST /api/users/workspaces/{workspaceId}/leave')
  // @ts-expect-error this parameter is another one's
  await request('POST /api/users/workspaces/{workspaceId}/leave', { path: { userId: '' } })
  const path = { workspaceId: '', userId: '' }
  // @ts-expect-error the role of an owner is not granted
  await request('PATCH /api/users/workspaces/{workspaceId}/members/{userId}', { path, body: { role: 'owner' } })
  // @ts-expect-error this is taken by no body
  await request('POST /api/users/workspaces', { body: { name: '', colour: '' } })
  // @ts-expect-error an answer has no such member
  const { password } = await request('GET /api/auth/me')
  return [isVerified, nothing, entries[0]?.action, password]
}
