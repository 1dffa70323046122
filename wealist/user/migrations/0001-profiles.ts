import type { SqlMigration } from '@portolan/postgres'

export const profiles: SqlMigration = {
  name: '0001-profiles',
  // An object that nothing names is listed in doomed_objects before it is written, so that nothing is left behind by a
  // process that ends in between.
  sql: `
    CREATE TABLE profiles (
      user_id uuid PRIMARY KEY,
      name text NOT NULL,
      email text NOT NULL,
      locale text NOT NULL,
      time_zone text,
      avatar_id uuid,
      created_at timestamptz NOT NULL,
      CONSTRAINT profiles_name_length CHECK (char_length(name) BETWEEN 1 AND 80),
      CONSTRAINT profiles_email_length CHECK (char_length(email) <= 254),
      CONSTRAINT profiles_locale CHECK (locale IN ('ko', 'en')),
      CONSTRAINT profiles_time_zone_length CHECK (char_length(time_zone) <= 64)
    );
    CREATE TABLE avatar_uploads (
      id uuid PRIMARY KEY,
      user_id uuid NOT NULL REFERENCES profiles ON DELETE CASCADE,
      created_at timestamptz NOT NULL,
      expires_at timestamptz NOT NULL
    );
    CREATE INDEX avatar_uploads_user ON avatar_uploads (user_id);
    CREATE TABLE doomed_objects (
      key text PRIMARY KEY,
      due_at timestamptz NOT NULL
    );
    CREATE INDEX doomed_objects_due_at ON doomed_objects (due_at);
    CREATE TABLE account_removals (
      user_id uuid PRIMARY KEY,
      requested_at timestamptz NOT NULL,
      finished_at timestamptz
    );
  `,
}
