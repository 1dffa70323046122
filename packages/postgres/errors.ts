import { AppError, type ErrorCatalogue, errorCode } from '@portolan/errors'

export const POSTGRES_ERRORS = {
  POSTGRES_PLATFORM_UNSUPPORTED: { status: 501, title: 'No embedded PostgreSQL for this platform' },
  POSTGRES_BINARIES_UNUSABLE: { status: 500, title: 'The embedded PostgreSQL cannot be run' },
  POSTGRES_ACCOUNT_UNUSABLE: { status: 500, title: 'No unprivileged account to run PostgreSQL' },
  POSTGRES_FOLDER_FOREIGN: { status: 409, title: 'The data folder holds something else' },
  POSTGRES_FOLDER_UNUSABLE: { status: 500, title: 'The data folder cannot be used' },
  POSTGRES_FOLDER_VERSION: { status: 409, title: 'The data folder is of another PostgreSQL version' },
  POSTGRES_DISK_FULL: { status: 507, title: 'No space left for the database' },
  POSTGRES_INITDB_FAILED: { status: 500, title: 'The data folder could not be initialised' },
  POSTGRES_PASSWORD_MISSING: { status: 500, title: 'The superuser password is lost' },
  POSTGRES_ALREADY_RUNNING: { status: 409, title: 'A server already runs on the data folder' },
  POSTGRES_URL_INVALID: { status: 400, title: 'The database URL is not valid' },
  POSTGRES_UNREACHABLE: { status: 503, title: 'The database cannot be reached' },
  POSTGRES_LOGIN_REFUSED: { status: 503, title: 'The database refused the login' },
  POSTGRES_DATABASE_UNKNOWN: { status: 503, title: 'The database does not exist' },
  POSTGRES_DATABASE_FORBIDDEN: { status: 503, title: 'The role may not enter the database' },
  POSTGRES_CONNECTIONS_EXHAUSTED: { status: 503, title: 'The server has no connection left' },
  POSTGRES_POOL_EXHAUSTED: { status: 503, title: 'No connection of the pool became free' },
  POSTGRES_POOL_CLOSED: { status: 503, title: 'The pool is closed' },
  POSTGRES_NAME_INVALID: { status: 400, title: 'The name is not allowed for a database or role' },
  POSTGRES_PASSWORD_INVALID: { status: 400, title: 'The password is not allowed for a role' },
  POSTGRES_DECLARATION_CONFLICT: { status: 400, title: 'Two declarations contradict each other' },
  POSTGRES_PRIVILEGE_MISSING: { status: 503, title: 'The administrator may not do this' },
  POSTGRES_ROLE_TAKEN: { status: 409, title: 'The role belongs to the administration' },
  POSTGRES_DATABASE_TAKEN: { status: 409, title: 'The database belongs to another role' },
  POSTGRES_LOCK_TIMEOUT: { status: 503, title: 'Another process holds the lock' },
  POSTGRES_MIGRATIONS_INVALID: { status: 500, title: 'The list of migrations is not valid' },
  POSTGRES_MIGRATION_EDITED: { status: 409, title: 'An applied migration was edited' },
  POSTGRES_MIGRATION_REMOVED: { status: 409, title: 'An applied migration is missing' },
  POSTGRES_MIGRATION_REORDERED: { status: 409, title: 'Applied migrations are in another order' },
  POSTGRES_MIGRATION_FAILED: { status: 500, title: 'A migration failed' },
  POSTGRES_TRANSACTION_CONFLICT: { status: 503, title: 'The transaction kept conflicting' },
} as const satisfies ErrorCatalogue

export type PostgresErrorCode = keyof typeof POSTGRES_ERRORS

interface Facts {
  readonly cause?: unknown
  readonly details?: Readonly<Record<string, unknown>>
}

/** The one place that builds this package's errors; the functions below (and in the files they name) give the words. */
function postgresError(code: PostgresErrorCode, message: string, facts: Facts = {}): AppError {
  return new AppError(code, message, { status: POSTGRES_ERRORS[code].status, ...facts })
}

export function platformUnsupported(platform: string, cause: unknown): AppError {
  const message =
    `There is no embedded PostgreSQL for "${platform}" in this installation. Where the platform is supported, ` +
    `install again without leaving out optional dependencies; else declare postgres as "external".`
  return postgresError('POSTGRES_PLATFORM_UNSUPPORTED', message, { cause, details: { platform } })
}

export function binariesUnusable(file: string, reason: string, cause?: unknown): AppError {
  const message =
    `The embedded PostgreSQL "${file}" cannot be run: ${reason.trim()}. It has to be executable, with the libraries ` +
    `beside it. Install the packages again, or declare postgres as "external".`
  return postgresError('POSTGRES_BINARIES_UNUSABLE', message, { cause, details: { file } })
}

export function accountUnusable(reason: string, cause?: unknown): AppError {
  const message =
    `PostgreSQL refuses to run as root, and no unprivileged account could take its place: ${reason}. ` +
    `Start as an ordinary user, or allow this process CHOWN, SETUID and SETGID.`
  return postgresError('POSTGRES_ACCOUNT_UNUSABLE', message, { cause })
}

export function folderForeign(folder: string): AppError {
  const message =
    `The data folder "${folder}" holds files, but no PostgreSQL database (no PG_VERSION). Nothing was touched. ` +
    `Name an empty or new folder, or move these files away.`
  return postgresError('POSTGRES_FOLDER_FOREIGN', message, { details: { folder } })
}

export function folderUnusable(folder: string, reason: string, cause?: unknown): AppError {
  const message = `The data folder "${folder}" cannot be used: ${reason}.`
  return postgresError('POSTGRES_FOLDER_UNUSABLE', message, { cause, details: { folder } })
}

export function folderVersion(folder: string, { found, expected }: { found: string; expected: string }): AppError {
  const message =
    `The data folder "${folder}" was made by PostgreSQL ${found}, and this one is ${expected}. A server reads only ` +
    `its own major version. Dump it with version ${found} (pg_dumpall) and restore into a new folder, or move the ` +
    `folder away to begin with an empty database.`
  return postgresError('POSTGRES_FOLDER_VERSION', message, { details: { folder, found, expected } })
}

export function diskFull(folder: string, cause: unknown): AppError {
  const message =
    `There is no space left for the data folder "${folder}"; a new database needs about 50 MB. ` +
    `Free space on that disk, or name a folder on another one.`
  return postgresError('POSTGRES_DISK_FULL', message, { cause, details: { folder } })
}

export function initdbFailed(folder: string, output: string, cause: unknown): AppError {
  const message = `initdb could not prepare the data folder "${folder}"; nothing was left behind. It said: ${output}`
  return postgresError('POSTGRES_INITDB_FAILED', message, { cause, details: { folder } })
}

export function passwordMissing(file: string, folder: string): AppError {
  const message =
    `The data folder "${folder}" has a database, but the file "${file}" with its superuser password is gone or ` +
    `empty. Put the file back, or move the data folder away to begin with an empty database.`
  return postgresError('POSTGRES_PASSWORD_MISSING', message, { details: { file, folder } })
}

export function alreadyRunning(folder: string, pid: number): AppError {
  const message =
    `A PostgreSQL server (process ${pid}) already runs on the data folder "${folder}". ` +
    `Two servers may never share one: stop that process (SIGINT), or use it.`
  return postgresError('POSTGRES_ALREADY_RUNNING', message, { details: { folder, pid } })
}

/** @param reason never quotes the URL, which may hold a password */
export function urlInvalid(reason: string): AppError {
  const message = `The database URL is not valid: ${reason}. Expected "postgres://role:password@host:5432/database".`
  return postgresError('POSTGRES_URL_INVALID', message)
}

export function nameInvalid(kind: 'database' | 'role', name: string): AppError {
  const message =
    `"${name}" cannot be the name of a ${kind}. Expected 1–63 of a–z, 0–9 and _, not beginning with a digit or ` +
    `"pg_", and none of the server's own names (postgres, template0, template1, public, none).`
  return postgresError('POSTGRES_NAME_INVALID', message, { details: { kind, name } })
}

export function passwordInvalid(role: string): AppError {
  const message = `The password of role "${role}" is empty or holds something else than printable ASCII.`
  return postgresError('POSTGRES_PASSWORD_INVALID', message, { details: { role } })
}

export function declarationConflict(kind: 'database' | 'role', name: string): AppError {
  const what = kind === 'database' ? 'with two different roles' : 'with two different passwords'
  const message = `The ${kind} "${name}" is declared twice, ${what}. Declare it once, or both times alike.`
  return postgresError('POSTGRES_DECLARATION_CONFLICT', message, { details: { kind, name } })
}

export function privilegeMissing(admin: string, action: string, cause: unknown): AppError {
  const message =
    `The role "${admin}" of the administrator URL may not ${action}. It has to be a superuser, or have CREATEDB and ` +
    `CREATEROLE (ALTER ROLE … CREATEDB CREATEROLE), and ADMIN on roles that others made.`
  return postgresError('POSTGRES_PRIVILEGE_MISSING', message, { cause, details: { admin, action } })
}

export function roleTaken(role: string): AppError {
  const message =
    `The role "${role}" is the administrator's own or a superuser, so it is not given to a service. ` +
    `Name another role for it.`
  return postgresError('POSTGRES_ROLE_TAKEN', message, { details: { role } })
}

export function databaseTaken(database: string, { owner, role }: { owner: string; role: string }): AppError {
  const message =
    `The database "${database}" belongs to role "${owner}", not to "${role}". If "${role}" is to have it, hand it ` +
    `over: ALTER DATABASE and REASSIGN OWNED BY; else name another database.`
  return postgresError('POSTGRES_DATABASE_TAKEN', message, { details: { database, owner, role } })
}

export function lockTimeout(purpose: string, holder: string, cause: unknown): AppError {
  const message =
    `Another process holds the lock for ${purpose}: ${holder}. It was not released within the limit. ` +
    `Wait for that process or end it, then try again.`
  return postgresError('POSTGRES_LOCK_TIMEOUT', message, { cause, details: { purpose, holder } })
}

export function poolClosed(): AppError {
  return postgresError('POSTGRES_POOL_CLOSED', 'The pool is closed or closing and takes no new work.')
}

export function poolExhausted({ sizeLimit, waitedMs, cause }: PoolWait): AppError {
  const message =
    `No connection of the pool became free within ${waitedMs} ms; all ${sizeLimit} are in use. ` +
    `Look for transactions that wait for something else than the database, or raise sizeLimit.`
  return postgresError('POSTGRES_POOL_EXHAUSTED', message, { cause, details: { sizeLimit, waitedMs } })
}

interface PoolWait {
  readonly sizeLimit: number
  readonly waitedMs: number
  readonly cause: unknown
}

export function migrationsInvalid(history: string, reason: string): AppError {
  const message =
    `The migrations "${history}" are not valid: ${reason}. ` +
    `Expected names such as "0007-slot-grace", each once, in ascending order.`
  return postgresError('POSTGRES_MIGRATIONS_INVALID', message, { details: { history } })
}

export function migrationEdited(history: string, name: string): AppError {
  const message =
    `The migration "${name}" of "${history}" is already applied to this database, and its text has changed since. ` +
    `Restore the text, and put the change into a new migration.`
  return postgresError('POSTGRES_MIGRATION_EDITED', message, { details: { history, name } })
}

export function migrationRemoved(history: string, name: string): AppError {
  const message =
    `The migration "${name}" of "${history}" is applied to this database and not in the list: either it was removed ` +
    `(restore it), or this release is older than the database (start the newer one).`
  return postgresError('POSTGRES_MIGRATION_REMOVED', message, { details: { history, name } })
}

export function migrationReordered(history: string, { name, expected }: { name: string; expected: string }): AppError {
  const message =
    `The migrations of "${history}" are in another order than they were applied in: "${name}" stands where ` +
    `"${expected}" was applied. A new migration goes to the end.`
  return postgresError('POSTGRES_MIGRATION_REORDERED', message, { details: { history, name, expected } })
}

export interface MigrationFailure {
  readonly history: string
  readonly name: string
  /** PostgreSQL's own words, with line and column where they are known. */
  readonly reason: string
  readonly details: Readonly<Record<string, unknown>>
  readonly cause: unknown
}

export function migrationFailed({ history, name, reason, details, cause }: MigrationFailure): AppError {
  const message =
    `The migration "${name}" of "${history}" failed and was rolled back as a whole: ${reason}. ` +
    `The ones before it stay applied; repair it and migrate again.`
  return postgresError('POSTGRES_MIGRATION_FAILED', message, { cause, details: { history, name, ...details } })
}

export function transactionConflict(attemptCount: number, cause: unknown): AppError {
  const message =
    `The transaction conflicted with others ${attemptCount} times in a row and was given up. ` +
    `Nothing of it was kept; try again later.`
  const details = { attemptCount, sqlState: errorCode(cause) }
  return postgresError('POSTGRES_TRANSACTION_CONFLICT', message, { cause, details })
}

/** Where a connection was to go; never the password. */
export interface ConnectionTarget {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
}

export type ConnectionFault =
  | 'POSTGRES_UNREACHABLE'
  | 'POSTGRES_LOGIN_REFUSED'
  | 'POSTGRES_DATABASE_UNKNOWN'
  | 'POSTGRES_DATABASE_FORBIDDEN'
  | 'POSTGRES_CONNECTIONS_EXHAUSTED'

export interface ConnectionFailure {
  readonly fault: ConnectionFault
  readonly reason: string
  readonly cause: unknown
}

const ADVICE = {
  POSTGRES_UNREACHABLE: 'Check that the server runs and that host and port are right.',
  POSTGRES_LOGIN_REFUSED: 'Check the role, its password, and what the server allows from here (pg_hba.conf).',
  POSTGRES_DATABASE_UNKNOWN: 'Create the database, or correct its name.',
  POSTGRES_DATABASE_FORBIDDEN: 'Each role may enter only its own databases: use that one, or grant CONNECT.',
  POSTGRES_CONNECTIONS_EXHAUSTED: 'Use smaller pools, or raise max_connections.',
} as const satisfies Record<ConnectionFault, string>

export function connectionFailed(target: ConnectionTarget, { fault, reason, cause }: ConnectionFailure): AppError {
  const where = `database "${target.database}" as role "${target.user}" at ${target.host}:${target.port}`
  const message = `Could not connect to ${where}: ${reason}. ${ADVICE[fault]}`
  const { host, port, database, user } = target
  return postgresError(fault, message, { cause, details: { host, port, database, user } })
}
