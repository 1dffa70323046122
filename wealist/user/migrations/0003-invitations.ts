import type { SqlMigration } from '@portolan/postgres'

export const invitations: SqlMigration = {
  name: '0003-invitations',
  sql: `
    CREATE TABLE invitations (
      id uuid PRIMARY KEY,
      workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
      token_hash text NOT NULL CONSTRAINT invitations_token UNIQUE,
      email text,
      role text NOT NULL,
      created_by uuid NOT NULL,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      use_limit integer NOT NULL,
      use_count integer NOT NULL DEFAULT 0,
      revoked_at timestamptz,
      CONSTRAINT invitations_role CHECK (role IN ('admin', 'member', 'guest')),
      CONSTRAINT invitations_email CHECK (email = lower(email) AND char_length(email) <= 254),
      CONSTRAINT invitations_email_once CHECK (email IS NULL OR use_limit = 1),
      CONSTRAINT invitations_uses CHECK (use_limit BETWEEN 1 AND 1000 AND use_count BETWEEN 0 AND use_limit)
    );
    CREATE INDEX invitations_workspace ON invitations (workspace_id, created_at DESC);
    CREATE UNIQUE INDEX invitations_open_email ON invitations (workspace_id, email)
      WHERE email IS NOT NULL AND revoked_at IS NULL AND use_count < use_limit;
    CREATE TABLE invitation_uses (
      invitation_id uuid NOT NULL REFERENCES invitations ON DELETE CASCADE,
      user_id uuid NOT NULL,
      used_at timestamptz NOT NULL,
      PRIMARY KEY (invitation_id, user_id)
    );
  `,
}
