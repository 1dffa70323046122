import type { SqlMigration } from '@portolan/postgres'

export const oidc: SqlMigration = {
  name: '0006-oidc',
  sql: `
    CREATE TABLE oidc_links (
      provider text NOT NULL,
      subject text NOT NULL,
      account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
      created_at timestamptz NOT NULL,
      PRIMARY KEY (provider, subject)
    );
    CREATE INDEX oidc_links_account ON oidc_links (account_id);
    CREATE TABLE oidc_flows (
      state_hash text PRIMARY KEY,
      browser_hash text NOT NULL,
      provider text NOT NULL,
      sealed text NOT NULL,
      next_path text NOT NULL CONSTRAINT oidc_flows_next_path CHECK (next_path LIKE '/%'),
      locale text NOT NULL CONSTRAINT oidc_flows_locale CHECK (locale IN ('ko', 'en')),
      expires_at timestamptz NOT NULL
    );
    CREATE INDEX oidc_flows_expires_at ON oidc_flows (expires_at);
  `,
}
