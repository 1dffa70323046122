import { MutationObserver, QueryClient } from '@tanstack/react-query'
import i18next from 'i18next'
import { beforeEach, expect, test } from 'vitest'
import type { Workspace } from '../api/contract.ts'
import { english } from '../i18n/english.ts'
import type { LiveListener } from '../session/live-connection.ts'
import { noticeBoard } from '../ui/notice-board.ts'
import { membersQuery } from '../workspace/members-query.ts'
import { workspaceQuery } from '../workspace/workspace-query.ts'
import { workspacesQuery } from '../workspace/workspaces-query.ts'
import { liveListener } from './live-listener.ts'
import type { PagePlace } from './page-place.ts'

const QUAY: Workspace = { id: 'w1', name: 'Quay', role: 'admin', memberCount: 2, createdAt: '2026-11-21T00:00:00.000Z' }
const PIER: Workspace = { ...QUAY, id: 'w2', name: 'Pier', role: 'member' }
const TRUTH = [
  { workspaceId: 'w1', role: 'admin' },
  { workspaceId: 'w2', role: 'member' },
] as const

const OWN = { workspaceId: 'w1', userId: 'me' } as const

await i18next.init({ lng: 'en', resources: { en: english }, interpolation: { escapeValue: false } })
beforeEach(() => noticeBoard.clear())

/** Somebody who looks at the members of Quay. */
function openPage() {
  const visited = ['/w/w1/members']
  const place: PagePlace = {
    get here() {
      return { href: visited.at(-1) ?? '', pathname: visited.at(-1) ?? '' }
    },
    goToSignIn: async () => void visited.push('/sign-in'),
    goToWorkspaces: async () => void visited.push('/workspaces'),
    lookAgain: async () => void visited.push('/w/w1'),
  }
  const queryClient = new QueryClient()
  queryClient.setQueryData(['me'], { id: 'me' })
  queryClient.setQueryData(workspacesQuery.queryKey, [QUAY, PIER])
  queryClient.setQueryData(workspaceQuery('w1').queryKey, QUAY)
  queryClient.setQueryData(membersQuery('w1').queryKey, [])
  const listener = liveListener({ queryClient, place, workspaceId: 'w1', onState: () => undefined })
  const isStale = (key: readonly unknown[]) => queryClient.getQueryState(key)?.isInvalidated
  return { place, queryClient, listener, isStale }
}

test('the first news say what is known already, and ask for nothing again', async () => {
  const { listener, isStale } = openPage()
  listener.onMemberships({ memberships: TRUTH })
  expect(isStale(workspacesQuery.queryKey)).toBe(false)
  listener.onMemberships({ memberships: TRUTH }) // after a break: something may have been missed
  await expect.poll(() => isStale(membersQuery('w1').queryKey)).toBe(true)
})

test('a change of somebody else makes the lists of that workspace stale, and leaves the page where it is', async () => {
  const { listener, isStale, place } = openPage()
  listener.onMembershipChanged({ workspaceId: 'w1', userId: 'somebody', role: null })
  await expect.poll(() => isStale(membersQuery('w1').queryKey)).toBe(true)
  expect(place.here.pathname).toBe('/w/w1/members')
})

test.for([
  { news: 'a change', hear: (listener: LiveListener) => listener.onMembershipChanged({ ...OWN, role: null }) },
  { news: 'what is true now', hear: (listener: LiveListener) => listener.onMemberships({ memberships: [TRUTH[1]] }) },
])('whoever hears by $news that they were removed is led out, and nothing of the workspace stays', async ({ hear }) => {
  const { listener, place, queryClient } = openPage()
  hear(listener)
  await expect.poll(() => place.here.pathname).toBe('/workspaces')
  await expect.poll(() => queryClient.getQueryData(membersQuery('w1').queryKey)).toBeUndefined()
  expect(queryClient.getQueryData(workspacesQuery.queryKey)).toEqual([PIER])
  expect(noticeBoard.read()).toMatchObject([{ kind: 'important', text: expect.stringContaining('“Quay”') }])
})

test('a new role of ones own has the page look again at what it may show', async () => {
  const { listener, isStale, place } = openPage()
  listener.onMembershipChanged({ workspaceId: 'w1', userId: 'me', role: 'guest' })
  await expect.poll(() => place.here.pathname).toBe('/w/w1')
  expect(isStale(workspaceQuery('w1').queryKey)).toBe(true)
})

test('the end of another membership takes it from the list, without a word', async () => {
  const { listener, place, queryClient } = openPage()
  listener.onMembershipChanged({ workspaceId: 'w2', userId: 'me', role: null })
  await expect.poll(() => queryClient.getQueryData(workspacesQuery.queryKey)).toEqual([QUAY])
  expect(place.here.pathname).toBe('/w/w1/members')
  expect(noticeBoard.read()).toEqual([])
})

test('news of what the person is just doing here wait for its answer, which says more', async () => {
  const { listener, place, queryClient } = openPage()
  const answer = Promise.withResolvers<void>()
  const leaving = new MutationObserver(queryClient, {
    mutationFn: () => answer.promise,
    onSuccess: () => place.goToWorkspaces(),
  }).mutate()
  listener.onMembershipChanged({ workspaceId: 'w1', userId: 'me', role: null })
  expect(place.here.pathname).toBe('/w/w1/members')
  answer.resolve()
  await leaving
  await expect.poll(() => queryClient.getQueryData(workspaceQuery('w1').queryKey)).toBeUndefined()
  expect(noticeBoard.read()).toEqual([])
})
