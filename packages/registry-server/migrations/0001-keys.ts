/** Keys of the served registry. Of a key's text only a hash is here: who reads the table can ask for nothing. */
export const keys = {
  name: '0001-keys',
  sql: `
create table registry_keys (
  id text collate "C" primary key,
  name text not null,
  -- SHA-256 of a random secret of 256 bits: there is nothing to guess, so no slow hash is needed.
  secret_hash bytea not null check (length(secret_hash) = 32),
  role text not null check (role in ('read', 'allocate', 'admin')),
  projects text[] not null check (cardinality(projects) > 0),
  created_at timestamptz not null,
  created_by text not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);
`,
}
