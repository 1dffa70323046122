export { type Connection, type ConnectOptions, openConnection } from './connection.ts'
export { type EmbeddedPostgres, type EmbeddedPostgresOptions, prepareEmbeddedPostgres } from './embedded.ts'
export { POSTGRES_ERRORS, type PostgresErrorCode } from './errors.ts'
export { type MigrateOptions, type MigrateResult, migrate } from './migrate.ts'
export {
  type CodeMigration,
  defineMigrations,
  type Migration,
  type Migrations,
  type SqlMigration,
} from './migration.ts'
export type { DatabaseDeclaration } from './names.ts'
export { pingPostgres } from './ping.ts'
export { openPool, type Pool, type PoolOptions } from './pool.ts'
export {
  databaseUrl,
  formatPostgresUrl,
  type PostgresUrl,
  parsePostgresUrl,
  TLS_MODES,
  type TlsMode,
} from './postgres-url.ts'
export { type ProvisionOptions, provisionDatabases } from './provision.ts'
export { type TransactionOptions, withTransaction } from './transaction.ts'
