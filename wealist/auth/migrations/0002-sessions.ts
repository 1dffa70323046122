import type { SqlMigration } from '@portolan/postgres'

export const sessions: SqlMigration = {
  name: '0002-sessions',
  // ended_sessions has no reference: the end of a removed account's sessions has to be known for as long as others.
  sql: `
    CREATE TABLE sessions (
      id uuid PRIMARY KEY,
      account_id uuid NOT NULL CONSTRAINT sessions_account REFERENCES accounts ON DELETE CASCADE,
      root_hash text NOT NULL,
      current_hashes text[] NOT NULL CONSTRAINT sessions_current CHECK (cardinality(current_hashes) BETWEEN 1 AND 8),
      previous_hash text,
      started_at timestamptz NOT NULL,
      rotated_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      device text NOT NULL,
      address text NOT NULL,
      ended_at timestamptz,
      end_reason text,
      CONSTRAINT sessions_end CHECK ((ended_at IS NULL) = (end_reason IS NULL)),
      CONSTRAINT sessions_end_reason CHECK (end_reason IN ('reuse', 'revoked', 'expired'))
    );
    CREATE INDEX sessions_active ON sessions (account_id) WHERE ended_at IS NULL;
    CREATE INDEX sessions_account_id ON sessions (account_id);
    CREATE INDEX sessions_expires_at ON sessions (expires_at);
    CREATE TABLE ended_sessions (
      id uuid PRIMARY KEY,
      ended_at timestamptz NOT NULL
    );
    CREATE INDEX ended_sessions_ended_at ON ended_sessions (ended_at);
  `,
}
