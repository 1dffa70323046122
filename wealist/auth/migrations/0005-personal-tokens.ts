import type { SqlMigration } from '@portolan/postgres'

export const personalTokens: SqlMigration = {
  name: '0005-personal-tokens',
  sql: `
    CREATE TABLE personal_tokens (
      id uuid PRIMARY KEY,
      account_id uuid NOT NULL CONSTRAINT personal_tokens_account REFERENCES accounts ON DELETE CASCADE,
      hash text NOT NULL CONSTRAINT personal_tokens_hash UNIQUE,
      hint text NOT NULL,
      name text NOT NULL CONSTRAINT personal_tokens_name_length CHECK (char_length(name) BETWEEN 1 AND 80),
      scopes text[] NOT NULL,
      created_at timestamptz NOT NULL,
      expires_at timestamptz,
      last_used_at timestamptz,
      CONSTRAINT personal_tokens_scopes
        CHECK (cardinality(scopes) BETWEEN 1 AND 3 AND scopes <@ ARRAY['read', 'write', 'admin'])
    );
    CREATE INDEX personal_tokens_account_id ON personal_tokens (account_id);
  `,
}
