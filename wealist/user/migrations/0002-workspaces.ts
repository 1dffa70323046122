import type { SqlMigration } from '@portolan/postgres'

export const workspaces: SqlMigration = {
  name: '0002-workspaces',
  // One owner and never none: at most one by the partial index, at least one by the trigger, which looks at the end of
  // the transaction, so that the ownership can be handed over within it.
  sql: `
    CREATE TABLE workspaces (
      id uuid PRIMARY KEY,
      name text NOT NULL,
      created_at timestamptz NOT NULL,
      CONSTRAINT workspaces_name_length CHECK (char_length(name) BETWEEN 1 AND 80)
    );
    CREATE TABLE members (
      workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
      user_id uuid NOT NULL CONSTRAINT members_profile REFERENCES profiles,
      role text NOT NULL,
      joined_at timestamptz NOT NULL,
      PRIMARY KEY (workspace_id, user_id),
      CONSTRAINT members_role CHECK (role IN ('owner', 'admin', 'member', 'guest'))
    );
    CREATE INDEX members_user ON members (user_id);
    CREATE UNIQUE INDEX members_one_owner ON members (workspace_id) WHERE role = 'owner';

    CREATE FUNCTION require_owner() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      checked uuid := CASE WHEN TG_TABLE_NAME = 'workspaces' THEN (to_jsonb(NEW) ->> 'id')::uuid
                           ELSE (to_jsonb(OLD) ->> 'workspace_id')::uuid END;
    BEGIN
      IF EXISTS (SELECT FROM workspaces WHERE id = checked)
         AND NOT EXISTS (SELECT FROM members WHERE workspace_id = checked AND role = 'owner') THEN
        RAISE EXCEPTION 'a workspace needs an owner'
          USING ERRCODE = 'check_violation', CONSTRAINT = 'workspaces_need_owner', TABLE = 'workspaces';
      END IF;
      RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER workspaces_need_owner AFTER INSERT ON workspaces
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_owner();
    CREATE CONSTRAINT TRIGGER members_keep_owner AFTER UPDATE OR DELETE ON members
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.role = 'owner') EXECUTE FUNCTION require_owner();

    -- When somebody was removed by others: what was handed out to everybody before does not let them in again.
    CREATE TABLE removals (
      workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
      user_id uuid NOT NULL,
      removed_at timestamptz NOT NULL,
      PRIMARY KEY (workspace_id, user_id)
    );
    -- Whose membership has changed and has not been announced yet. No reference: the workspace may be gone.
    CREATE TABLE membership_news (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      workspace_id uuid NOT NULL,
      user_id uuid NOT NULL
    );
  `,
}
