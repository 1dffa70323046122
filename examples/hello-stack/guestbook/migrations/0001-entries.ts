import type { SqlMigration } from '@portolan/postgres'

export const entries: SqlMigration = {
  name: '0001-entries',
  sql: `
    CREATE TABLE entries (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text NOT NULL CONSTRAINT entries_name_length CHECK (char_length(name) BETWEEN 1 AND 40),
      message text NOT NULL CONSTRAINT entries_message_length CHECK (char_length(message) BETWEEN 1 AND 280),
      written_at timestamptz NOT NULL DEFAULT now()
    )
  `,
}
