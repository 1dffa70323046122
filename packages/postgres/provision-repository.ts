import { type Client, escapeIdentifier as id, escapeLiteral as literal } from 'pg'
import { HOLDER_SQL, LOCK_CLASS, LOCKS, type LockHolder } from './advisory-lock.ts'

export interface Administrator {
  readonly name: string
  readonly isSuperuser: boolean
}

export async function getAdministrator(client: Client): Promise<Administrator> {
  const { rows } = await client.query<{ name: string; rolsuper: boolean }>(
    'select rolname as name, rolsuper from pg_roles where rolname = current_user',
  )
  return { name: rows[0]?.name ?? '', isSuperuser: rows[0]?.rolsuper ?? false }
}

/** Held until the connection closes: CREATE DATABASE refuses to run inside a transaction. */
export async function lockProvisioning(client: Client, lockTimeoutMs: number): Promise<void> {
  await client.query("select set_config('lock_timeout', $1, false)", [`${lockTimeoutMs}ms`])
  await client.query('select pg_advisory_lock($1, $2)', [LOCK_CLASS, LOCKS.provisioning])
}

export async function findProvisioningHolder(client: Client): Promise<LockHolder | undefined> {
  const { rows } = await client.query<LockHolder>(HOLDER_SQL, [LOCK_CLASS, LOCKS.provisioning])
  return rows[0]
}

export interface Role {
  readonly isSuperuser: boolean
  /** -1 is no limit. */
  readonly connectionLimit: number
  readonly canLogin: boolean
}

export async function findRole(client: Client, role: string): Promise<Role | undefined> {
  const { rows } = await client.query<{ rolsuper: boolean; rolcanlogin: boolean; rolconnlimit: number }>(
    'select rolsuper, rolcanlogin, rolconnlimit from pg_roles where rolname = $1',
    [role],
  )
  const row = rows[0]
  if (row === undefined) return undefined
  return { isSuperuser: row.rolsuper, canLogin: row.rolcanlogin, connectionLimit: row.rolconnlimit }
}

/** What is stored for the role's password; only superusers may look. */
export async function findVerifier(client: Client, role: string): Promise<string | undefined> {
  const { rows } = await client.query<{ rolpassword: string | null }>(
    'select rolpassword from pg_authid where rolname = $1',
    [role],
  )
  return rows[0]?.rolpassword ?? undefined
}

export async function createRole(client: Client, role: string, verifier: string): Promise<void> {
  await client.query(`create role ${id(role)} login password ${literal(verifier)}`)
}

export async function alterRole(client: Client, role: string, verifier: string): Promise<void> {
  await client.query(`alter role ${id(role)} login password ${literal(verifier)}`)
}

/** Does not end connections that are open. */
export async function limitConnections(client: Client, role: string, limit: number): Promise<void> {
  await client.query(`alter role ${id(role)} connection limit ${limit}`)
}

/** Who is no superuser can give a database only to a role that it could become itself. */
export async function joinRole(client: Client, role: string): Promise<void> {
  await client.query(`grant ${id(role)} to current_user`)
}

/** @returns the owning role, undefined when there is no such database */
export async function findOwner(client: Client, database: string): Promise<string | undefined> {
  const { rows } = await client.query<{ owner: string }>(
    'select pg_get_userbyid(datdba) as owner from pg_database where datname = $1',
    [database],
  )
  return rows[0]?.owner
}

/** From template0: template1 may hold additions, and refuses while anybody is connected to it. */
export async function createDatabase(client: Client, database: string, role: string): Promise<void> {
  await client.query(`create database ${id(database)} owner ${id(role)} template template0 encoding 'UTF8'`)
}

export async function giveDatabase(client: Client, database: string, role: string): Promise<void> {
  await client.query(`alter database ${id(database)} owner to ${id(role)}`)
}

/** The databases that a server comes with: their owner and superusers may still connect. */
export async function closeMaintenanceDatabases(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    "select datname as name from pg_database where datname in ('postgres', 'template1')",
  )
  for (const { name } of rows) {
    await client.query(`revoke connect, temporary on database ${id(name)} from public`)
  }
}

/** By default every role may connect to every database (and make temporary tables there). */
export async function closeDatabase(client: Client, database: string): Promise<void> {
  await client.query(`revoke all on database ${id(database)} from public`)
}

/** Before PostgreSQL 15, and in clusters upgraded from there, everybody may create objects in schema public. */
export async function closePublicSchema(client: Client, role: string): Promise<void> {
  await client.query('revoke create on schema public from public')
  await client.query(`grant usage, create on schema public to ${id(role)}`)
}
