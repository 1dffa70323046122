import { AUDIT_ACTIONS } from '@wealist/user/audit/audit-entry.ts'
import i18next from 'i18next'
import { expect, test } from 'vitest'
import type { AuditEntry } from '../../api/contract.ts'
import { english } from '../../i18n/english.ts'
import { korean } from '../../i18n/korean.ts'
import { daysOf } from './audit-days.ts'
import { auditWords } from './audit-words.ts'

const WORKSPACE_ID = '0190b6a0-0000-7000-8000-000000000001'

function entryOf(entry: Partial<AuditEntry>): AuditEntry {
  const actor = { userId: 'u1', name: 'Mina' }
  const rest = { id: '1', workspaceId: WORKSPACE_ID, at: '2026-11-21T00:30:00.000Z', actor, user: null }
  return { ...rest, action: 'workspace-created', invitation: null, details: {}, ...entry }
}

const world = i18next.createInstance()
await world.init({ lng: 'en', resources: { en: english, ko: korean }, interpolation: { escapeValue: false } })
const t = world.getFixedT('en', 'workspace')

test.for([
  [{ action: 'workspace-renamed', details: { from: 'owner', to: 'Quay' } }, /from “owner” to “Quay”/],
  [{ action: 'role-changed', details: { from: 'admin', to: 'guest' } }, /from Admin to Guest/],
  [{ action: 'member-removed', user: { userId: 'u2', name: null } }, /Mina removed A removed account/],
  [{ action: 'invitation-created', details: { role: 'guest' }, invitation: { id: 'i', email: null } }, /link.*Guest/],
  [
    { action: 'invitation-created', details: { role: 'guest' }, invitation: { id: 'i', email: 'b@example.com' } },
    /invited b@example\.com as Guest/,
  ],
] as const)('%o is told as %s', ([entry, words]) => {
  expect(auditWords(t, entryOf(entry))).toMatch(words)
})

test.for(AUDIT_ACTIONS)('%s is a whole sentence in both languages', (action) => {
  const user = { userId: 'u2', name: 'Jonas' }
  const details = { role: 'member', from: 'admin', to: 'guest' }
  for (const language of ['en', 'ko'] as const) {
    const words = auditWords(world.getFixedT(language, 'workspace'), entryOf({ action, user, details }))
    expect(words).toMatch(/\.$|→ ‘.+’$/)
    expect(words).not.toMatch(/audit\.|\{\{|“”|‘’/)
  }
})

test('entries stand under the day of the reader, in their order', () => {
  const entries = ['2026-11-21T16:00:00.000Z', '2026-11-21T14:00:00.000Z', '2026-11-20T23:00:00.000Z'].map((at, id) =>
    entryOf({ at, id: String(id) }),
  )
  const days = daysOf({ locale: 'en', timeZone: 'Asia/Seoul' }, entries)
  expect(days.map(({ day, entries: each }) => [day, each.map(({ id }) => id)])).toEqual([
    [20261122, ['0']],
    [20261121, ['1', '2']],
  ])
})
