import type { SqlMigration } from '@portolan/postgres'

export const mails: SqlMigration = {
  name: '0007-mails',
  // A mail that was handed over leaves the table. Links are made when a mail is sent, so no token waits in here.
  sql: `
    CREATE TABLE mails (
      id uuid PRIMARY KEY,
      template text NOT NULL,
      recipient text NOT NULL,
      locale text NOT NULL CONSTRAINT mails_locale CHECK (locale IN ('ko', 'en')),
      parameters jsonb NOT NULL,
      state text NOT NULL DEFAULT 'waiting' CONSTRAINT mails_state CHECK (state IN ('waiting', 'failed')),
      attempt_count integer NOT NULL DEFAULT 0,
      next_attempt_at timestamptz NOT NULL,
      last_error text,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      CONSTRAINT mails_failure CHECK (state = 'waiting' OR last_error IS NOT NULL)
    );
    CREATE INDEX mails_due ON mails (next_attempt_at) WHERE state = 'waiting';
    CREATE INDEX mails_failures ON mails (created_at) WHERE last_error IS NOT NULL;
  `,
}
