import type { SqlMigration } from '@portolan/postgres'

export const secondFactor: SqlMigration = {
  name: '0004-second-factor',
  sql: `
    CREATE TABLE totp_secrets (
      account_id uuid PRIMARY KEY REFERENCES accounts ON DELETE CASCADE,
      sealed text NOT NULL,
      last_step bigint,
      confirmed_at timestamptz
    );
    CREATE TABLE recovery_codes (
      account_id uuid NOT NULL REFERENCES totp_secrets ON DELETE CASCADE,
      hash text NOT NULL,
      PRIMARY KEY (account_id, hash)
    );
    CREATE TABLE second_factor_challenges (
      hash text PRIMARY KEY,
      account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
      credential_version integer NOT NULL,
      failure_count integer NOT NULL DEFAULT 0,
      expires_at timestamptz NOT NULL,
      CONSTRAINT second_factor_challenges_failures CHECK (failure_count BETWEEN 0 AND 5)
    );
    CREATE INDEX second_factor_challenges_account ON second_factor_challenges (account_id);
    CREATE INDEX second_factor_challenges_expires_at ON second_factor_challenges (expires_at);
  `,
}
