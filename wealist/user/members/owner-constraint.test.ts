import { randomUUID } from 'node:crypto'
import { migrate, openPool } from '@portolan/postgres'
import { openTestDatabase, openTestPostgres, type TestPostgres } from '@portolan/postgres/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addAuditEntry } from '../audit/audit-repository.ts'
import { USER_MIGRATIONS } from '../migrations.ts'
import { addProfile } from '../profiles/profile-repository.ts'
import { storeOf, type UserTransaction, violatedConstraint } from '../store.ts'
import type { UserSchema } from '../user-schema.ts'
import { addWorkspace, deleteWorkspace } from '../workspaces/workspace-repository.ts'
import { addMember } from './member-repository.ts'

let server: TestPostgres
beforeAll(async () => {
  server = await openTestPostgres()
})
afterAll(() => server[Symbol.asyncDispose]())

const at = new Date('2026-01-01T00:00:00Z')

/** A workspace with an owner and an admin. */
async function openWorkspace() {
  const waiting = { signal: AbortSignal.timeout(20_000) }
  await using releasers = new AsyncDisposableStack()
  const database = releasers.use(await openTestDatabase(server))
  const pool = releasers.use(await openPool<UserSchema>(database.url, {}, waiting))
  await migrate(pool, USER_MIGRATIONS, waiting)
  const [workspaceId, owner, admin] = [randomUUID(), randomUUID(), randomUUID()]
  const store = storeOf(pool, waiting)
  const { db } = store
  for (const userId of [owner, admin]) {
    await addProfile(db, { userId, name: 'Kim', email: 'kim@example.com', locale: 'ko', createdAt: at })
  }
  await store.change(async (tx) => {
    await addWorkspace(tx, { id: workspaceId, name: 'Harbour', createdAt: at })
    await addMember(tx, { workspaceId, userId: owner, role: 'owner' }, at)
    await addMember(tx, { workspaceId, userId: admin, role: 'admin' }, at)
    await addAuditEntry(tx, { workspaceId, at, actorId: owner, action: 'workspace-created' })
  })
  const held = releasers.move()
  const refused = (work: (tx: UserTransaction) => Promise<unknown>) =>
    store.change(work).then(
      () => 'nothing',
      (error: unknown) => violatedConstraint(error) ?? String(error),
    )
  return { db, store, refused, workspaceId, owner, admin, [Symbol.asyncDispose]: () => held.disposeAsync() }
}

test('the database itself lets no workspace have two owners, or none', async () => {
  await using world = await openWorkspace()
  const { refused, owner, admin, workspaceId } = world
  const setRole = (tx: UserTransaction, userId: string, role: 'owner' | 'admin') =>
    tx.updateTable('members').set({ role }).where('user_id', '=', userId).execute()
  expect(await refused((tx) => setRole(tx, admin, 'owner'))).toBe('members_one_owner')
  expect(await refused((tx) => setRole(tx, owner, 'admin'))).toBe('workspaces_need_owner')
  expect(await refused((tx) => tx.deleteFrom('members').where('user_id', '=', owner).execute())).toBe(
    'workspaces_need_owner',
  )
  expect(await refused((tx) => addWorkspace(tx, { id: randomUUID(), name: 'Empty', createdAt: at }))).toBe(
    'workspaces_need_owner',
  )
  const handOver = async (tx: UserTransaction) => {
    await setRole(tx, owner, 'admin')
    await setRole(tx, admin, 'owner')
  }
  expect(await refused(handOver)).toBe('nothing')
  expect(await refused((tx) => deleteWorkspace(tx, workspaceId))).toBe('nothing')
})

test('the audit log is appended to, and goes only with its workspace', async () => {
  await using world = await openWorkspace()
  const { db, refused, store, workspaceId } = world
  const update = (tx: UserTransaction) => tx.updateTable('audit_entries').set({ actor_id: randomUUID() }).execute()
  expect(await refused(update)).toBe('audit_entries_append_only')
  expect(await refused((tx) => tx.deleteFrom('audit_entries').execute())).toBe('audit_entries_append_only')
  expect(await db.selectFrom('audit_entries').select('id').execute()).toHaveLength(1)
  await store.change((tx) => deleteWorkspace(tx, workspaceId))
  expect(await db.selectFrom('audit_entries').select('id').execute()).toEqual([])
})
