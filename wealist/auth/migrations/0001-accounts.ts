import type { SqlMigration } from '@portolan/postgres'

export const accounts: SqlMigration = {
  name: '0001-accounts',
  // An account exists only with an address that was confirmed; until then it is a sign-up. So nobody can hold a place
  // in somebody else's name, and the password is that of the sign-up whose mail was answered.
  sql: `
    CREATE TABLE accounts (
      id uuid PRIMARY KEY,
      email text NOT NULL CONSTRAINT accounts_email UNIQUE,
      password_hash text,
      name text NOT NULL,
      locale text NOT NULL,
      credential_version integer NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL,
      CONSTRAINT accounts_email_form CHECK (email = lower(email) AND email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
      CONSTRAINT accounts_email_length CHECK (char_length(email) <= 254),
      CONSTRAINT accounts_name_length CHECK (char_length(name) BETWEEN 1 AND 80),
      CONSTRAINT accounts_locale CHECK (locale IN ('ko', 'en'))
    );
    CREATE TABLE sign_ups (
      id uuid PRIMARY KEY,
      email text NOT NULL,
      password_hash text NOT NULL,
      name text NOT NULL CONSTRAINT sign_ups_name_length CHECK (char_length(name) BETWEEN 1 AND 80),
      locale text NOT NULL CONSTRAINT sign_ups_locale CHECK (locale IN ('ko', 'en')),
      next_path text CONSTRAINT sign_ups_next_path CHECK (next_path LIKE '/%'),
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL
    );
    CREATE INDEX sign_ups_email ON sign_ups (email, created_at DESC);
    CREATE INDEX sign_ups_expires_at ON sign_ups (expires_at);
    CREATE TABLE one_time_tokens (
      hash text PRIMARY KEY,
      sign_up_id uuid REFERENCES sign_ups ON DELETE CASCADE,
      account_id uuid REFERENCES accounts ON DELETE CASCADE,
      expires_at timestamptz NOT NULL,
      CONSTRAINT one_time_tokens_subject CHECK (num_nonnulls(sign_up_id, account_id) = 1)
    );
    CREATE INDEX one_time_tokens_sign_up ON one_time_tokens (sign_up_id);
    CREATE INDEX one_time_tokens_account ON one_time_tokens (account_id);
    CREATE INDEX one_time_tokens_expires_at ON one_time_tokens (expires_at);
  `,
}
