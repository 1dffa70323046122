import { errorCode, type Waiting } from '@portolan/errors'
import type { Client } from 'pg'
import { formatHolder, LOCK_NOT_AVAILABLE } from './advisory-lock.ts'
import { openConnection } from './connection.ts'
import { databaseTaken, lockTimeout, privilegeMissing, roleTaken } from './errors.ts'
import { checkDeclarations, type DatabaseDeclaration } from './names.ts'
import { formatPostgresUrl, parsePostgresUrl } from './postgres-url.ts'
import * as repository from './provision-repository.ts'
import { isVerifierOf, scramVerifier } from './scram.ts'

export interface ProvisionOptions extends Waiting {
  /** How long to wait for another process that provisions the same server; a minute unless said otherwise. */
  readonly lockTimeoutMs?: number
  /** Whether the server is there for these databases alone, as the embedded one is; not unless said so. */
  readonly isDedicated?: boolean
}

const DEFAULTS = { lockTimeoutMs: 60_000, isDedicated: false } as const
/** Of the 100 that a server has room for unless told otherwise, so that no service can take them all. */
const CONNECTIONS_PER_ROLE = 40
const APPLICATION_NAME = 'portolan provision'

/**
 * Makes every declared role and database what it should be: the role can log in with its password and owns the
 * database, and no other role may enter it. A superuser also gives each of these roles that has no limit one of 40
 * connections, and on a dedicated server closes the databases `postgres` and `template1` to everyone else; on a server
 * that others use as well, what is not declared stays as it is. Run it as often as you like, also from several processes
 * at once; what was interrupted is completed by the next run. Nothing is ever dropped.
 * @throws POSTGRES_NAME_INVALID, POSTGRES_PASSWORD_INVALID, POSTGRES_DECLARATION_CONFLICT, POSTGRES_PRIVILEGE_MISSING,
 *   POSTGRES_ROLE_TAKEN, POSTGRES_DATABASE_TAKEN, POSTGRES_LOCK_TIMEOUT, and as openConnection
 */
export async function provisionDatabases(
  adminUrl: string,
  databases: readonly DatabaseDeclaration[],
  { signal, lockTimeoutMs = DEFAULTS.lockTimeoutMs, isDedicated = DEFAULTS.isDedicated }: ProvisionOptions,
): Promise<void> {
  checkDeclarations(databases)
  await using connection = await openConnection(adminUrl, { signal, applicationName: APPLICATION_NAME })
  const { client } = connection
  await acquireLock(client, lockTimeoutMs)
  const admin = await repository.getAdministrator(client)
  if (isDedicated && admin.isSuperuser) await repository.closeMaintenanceDatabases(client)
  const passwordsByRole = new Map(databases.map(({ role, password }) => [role, password]))
  for (const [role, password] of passwordsByRole) {
    await allowed(admin, `create or alter the role "${role}"`, () => ensureRole(client, admin, { role, password }))
  }
  for (const { database, role } of databases) {
    await allowed(admin, `create the database "${database}"`, () => ensureDatabase(client, admin, { database, role }))
    await allowed(admin, `restrict the database "${database}"`, async () => {
      await repository.closeDatabase(client, database)
      const url = formatPostgresUrl({ ...parsePostgresUrl(adminUrl), database })
      await using inside = await openConnection(url, { signal, applicationName: APPLICATION_NAME })
      await repository.closePublicSchema(inside.client, role)
    })
  }
}

async function acquireLock(client: Client, lockTimeoutMs: number): Promise<void> {
  try {
    await repository.lockProvisioning(client, lockTimeoutMs)
  } catch (cause) {
    if (errorCode(cause) !== LOCK_NOT_AVAILABLE) throw cause
    throw lockTimeout('provisioning', formatHolder(await repository.findProvisioningHolder(client)), cause)
  }
}

async function ensureRole(
  client: Client,
  admin: repository.Administrator,
  { role, password }: Pick<DatabaseDeclaration, 'role' | 'password'>,
): Promise<void> {
  const found = await repository.findRole(client, role)
  if (found === undefined) {
    await repository.createRole(client, role, await scramVerifier(password))
  } else {
    if (found.isSuperuser || role === admin.name) throw roleTaken(role)
    // Where we may not see what is stored, setting the password again is the only way to know that it is this one.
    const verifier = admin.isSuperuser ? await repository.findVerifier(client, role) : undefined
    const isAsDeclared = found.canLogin && verifier !== undefined && (await isVerifierOf(verifier, password))
    if (!isAsDeclared) await repository.alterRole(client, role, await scramVerifier(password))
  }
  if (!admin.isSuperuser) return repository.joinRole(client, role)
  // A limit that somebody has set stays.
  if ((found?.connectionLimit ?? -1) === -1) await repository.limitConnections(client, role, CONNECTIONS_PER_ROLE)
}

async function ensureDatabase(
  client: Client,
  admin: repository.Administrator,
  { database, role }: Pick<DatabaseDeclaration, 'database' | 'role'>,
): Promise<void> {
  const owner = await repository.findOwner(client, database)
  if (owner === role) return
  if (owner === undefined) return repository.createDatabase(client, database, role)
  // Somebody made it as the administrator, as one does by hand or with Terraform.
  if (owner === admin.name) return repository.giveDatabase(client, database, role)
  throw databaseTaken(database, { owner, role })
}

const INSUFFICIENT_PRIVILEGE = '42501'

async function allowed(admin: repository.Administrator, action: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (cause) {
    if (errorCode(cause) !== INSUFFICIENT_PRIVILEGE) throw cause
    throw privilegeMissing(admin.name, action, cause)
  }
}
