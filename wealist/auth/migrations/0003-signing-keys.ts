import type { SqlMigration } from '@portolan/postgres'

export const signingKeys: SqlMigration = {
  name: '0003-signing-keys',
  sql: `
    CREATE TABLE signing_keys (
      kid text PRIMARY KEY,
      sealed text NOT NULL,
      created_at timestamptz NOT NULL
    )
  `,
}
