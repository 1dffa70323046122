import { type ApiKey, ROLES } from '@portolan/operations'
import type { Selectable } from 'kysely'
import type { KeyDatabase, KeySchema } from './key-schema.ts'

/** A key with the hash of its secret. */
export interface StoredKey {
  readonly key: ApiKey
  readonly secretHash: Uint8Array
}

export async function addKey(db: KeyDatabase, { key, secretHash }: StoredKey): Promise<void> {
  const { id, name, role, projects, createdAt, createdBy, expiresAt = null } = key
  await db
    .insertInto('registry_keys')
    .values({
      id,
      name,
      role,
      projects,
      secret_hash: Buffer.from(secretHash),
      created_at: createdAt,
      created_by: createdBy,
      expires_at: expiresAt,
      last_used_at: null,
      revoked_at: null,
    })
    .execute()
}

export async function findKey(db: KeyDatabase, id: string): Promise<StoredKey | undefined> {
  const row = await db.selectFrom('registry_keys').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : { key: keyOf(row), secretHash: row.secret_hash }
}

export async function listKeys(db: KeyDatabase): Promise<readonly ApiKey[]> {
  const rows = await db.selectFrom('registry_keys').selectAll().orderBy('created_at').orderBy('id').execute()
  return rows.map(keyOf)
}

export async function listKeyIds(db: KeyDatabase): Promise<readonly string[]> {
  return (await db.selectFrom('registry_keys').select('id').execute()).map(({ id }) => id)
}

/** The first revocation counts. @returns undefined when there is no such key */
export async function revokeKey(db: KeyDatabase, id: string, at: Date): Promise<ApiKey | undefined> {
  await db
    .updateTable('registry_keys')
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .execute()
  return (await findKey(db, id))?.key
}

/** Notes when keys were used; an older note does not replace a newer one. */
export async function noteUses(db: KeyDatabase, usedAtById: ReadonlyMap<string, Date>): Promise<void> {
  for (const [id, at] of usedAtById) {
    await db
      .updateTable('registry_keys')
      .set({ last_used_at: at })
      .where('id', '=', id)
      .where((where) => where.or([where('last_used_at', 'is', null), where('last_used_at', '<', at)]))
      .execute()
  }
}

function keyOf(row: Selectable<KeySchema['registry_keys']>): ApiKey {
  const role = ROLES.find((name) => name === row.role)
  if (role === undefined) throw new TypeError(`The key "${row.id}" has a role that this version does not know.`)
  return {
    id: row.id,
    name: row.name,
    role,
    projects: row.projects,
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
  }
}
