import type { SqlMigration } from '@portolan/postgres'

export const audit: SqlMigration = {
  name: '0004-audit',
  // Appended to and never changed for as long as the workspace exists; it goes with the workspace. Neither names nor
  // addresses are in it, only ids, so that an account can be removed without a trace of the person.
  sql: `
    CREATE TABLE audit_entries (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      workspace_id uuid NOT NULL REFERENCES workspaces ON DELETE CASCADE,
      at timestamptz NOT NULL,
      actor_id uuid NOT NULL,
      action text NOT NULL,
      user_id uuid,
      invitation_id uuid,
      details jsonb NOT NULL DEFAULT '{}'
    );
    CREATE INDEX audit_entries_workspace ON audit_entries (workspace_id, id DESC);
    CREATE INDEX audit_entries_actor ON audit_entries (actor_id);

    CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      -- A cascade comes after the workspace's own row has gone.
      IF TG_OP = 'DELETE' THEN
        IF NOT EXISTS (SELECT FROM workspaces WHERE id = OLD.workspace_id) THEN
          RETURN OLD;
        END IF;
      END IF;
      RAISE EXCEPTION 'audit entries are never changed'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'audit_entries_append_only', TABLE = 'audit_entries';
    END $$;
    CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
      FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
    CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
  `,
}
