/**
 * Everything of a host moves by its revision: whoever changes one of its claims or slots moves the revision in the same
 * transaction, so a picture of the host in memory is true exactly as long as the revision is what it was read at.
 *
 * A write is one function call, so no lock is held while a registry process thinks, pauses or is gone. The host's row
 * queues the writers. The picture that they decide by is a cache: the constraints below decide.
 */
export const registry = {
  name: '0001-registry',
  sql: `
create extension if not exists btree_gist;

-- Fencing tokens only ever grow, over the whole registry: no cache, so that a session keeps none back.
create sequence registry_tokens as bigint cache 1;

create table registry_hosts (
  id integer generated always as identity primary key,
  name text collate "C" not null,
  addresses text[] not null,
  ephemeral_ports int4range,
  revision bigint not null default 0,
  created_at timestamptz not null,
  -- Claims of old still name it.
  removed_at timestamptz
) with (fillfactor = 50);
create unique index registry_hosts_name on registry_hosts (name) where (removed_at is null);

create table registry_bands (
  environment text collate "C" not null,
  kind text collate "C" not null,
  ports int4range not null check (lower(ports) >= 1 and upper(ports) <= 65536),
  primary key (environment, kind)
);

create table registry_claims (
  id bigint generated always as identity primary key,
  host_id integer not null references registry_hosts,
  protocol text collate "C" not null check (protocol in ('tcp', 'udp')),
  ports int4range not null,
  shape text collate "C" not null check (shape in ('pair', 'single', 'range')),
  project text collate "C" not null,
  environment text collate "C" not null,
  kind text collate "C" not null,
  purpose text collate "C" not null,
  labels jsonb not null,
  token bigint not null default nextval('registry_tokens'),
  created_at timestamptz not null,
  created_by text not null,
  lease_until timestamptz,
  released_at timestamptz,
  quarantine_until timestamptz,
  -- The host's revision at which this row changed last.
  revision bigint not null,
  constraint registry_claims_ports check (lower(ports) >= 1 and upper(ports) <= 65536),
  constraint registry_claims_shape check (
    shape = 'range'
    or shape = 'single' and upper(ports) - lower(ports) = 1
    or shape = 'pair' and upper(ports) - lower(ports) = 2 and lower(ports) % 2 = 0
  ),
  constraint registry_claims_released check ((released_at is null) = (quarantine_until is null)),
  -- The promise of the registry: whatever the code does, no port of a host is held twice. The ports come first, for
  -- they tell claims apart best: the index is a quarter cheaper to keep so.
  constraint registry_claims_overlap
    exclude using gist (ports with &&, host_id with =, protocol with =) where (released_at is null)
);

-- What a project asks for again is what it has (a partial constraint has to be an index).
create unique index registry_claims_purpose
  on registry_claims (host_id, project, environment, kind, purpose, protocol) where (released_at is null);
create index registry_claims_changed on registry_claims (host_id, revision);
create index registry_claims_quarantined on registry_claims (host_id, quarantine_until) where (released_at is not null);
create index registry_claims_of_project on registry_claims (project, id);
-- Who ever held a port: pairs and singles begin at it or just below, ranges are few.
create index registry_claims_first_port on registry_claims (host_id, lower(ports)) where (shape <> 'range');
create index registry_claims_ranges on registry_claims (host_id) where (shape = 'range');

create table registry_slots (
  claim_id bigint not null references registry_claims,
  half text collate "C" not null check (half in ('blue', 'green')),
  state text collate "C" not null check (state in ('empty', 'deployed', 'active', 'grace')),
  version text,
  deployed_at timestamptz,
  deployed_by text,
  since timestamptz not null,
  changed_by text not null,
  grace_until timestamptz,
  primary key (claim_id, half),
  constraint registry_slots_filled check (
    (state = 'empty') = (version is null)
    and (version is null) = (deployed_at is null)
    and (version is null) = (deployed_by is null)
  ),
  constraint registry_slots_grace check ((state = 'grace') = (grace_until is not null)),
  -- Deferred: a promotion moves both halves, one after the other.
  constraint registry_slots_active exclude using btree (claim_id with =) where (state = 'active')
    deferrable initially deferred
);

create table registry_events (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  type text collate "C" not null,
  host_id integer references registry_hosts,
  claim_id bigint references registry_claims,
  token bigint,
  actor text not null,
  reason text,
  details jsonb not null
);
create index registry_events_of_claim on registry_events (claim_id, id);

create function registry_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'registry_events is append-only' using errcode = 'restrict_violation';
end
$$;
create trigger registry_events_append_only before update or delete or truncate on registry_events
  for each statement execute function registry_refuse_change();

-- What was answered under an idempotency key: a claim as it was then.
create table registry_answers (
  project text collate "C" not null,
  key text collate "C" not null,
  body_hash text collate "C" not null,
  claim_id bigint not null references registry_claims,
  token bigint not null,
  lease_until timestamptz,
  released_at timestamptz,
  quarantine_until timestamptz,
  slots jsonb not null,
  was_changed boolean not null,
  created_at timestamptz not null,
  constraint registry_answers_key primary key (project, key)
);
create index registry_answers_age on registry_answers (created_at);

-- One batch of decisions about one host. Null, and nothing done, when the host has moved on since they were made.
create function registry_write(
  target_host integer, known_revision bigint, changed jsonb, created jsonb, slots jsonb, events jsonb, answers jsonb
) returns jsonb language plpgsql
-- Sessions keep their plans: one that was made for a table of ten rows would read all of it when there are thousands.
set enable_seqscan = off
as $$
declare
  written_changes jsonb := '[]';
  written_claims jsonb := '[]';
begin
  update registry_hosts set revision = revision + 1 where id = target_host and revision = known_revision;
  if not found then
    return null;
  end if;
  -- First what is given back, for the same batch may give it away again.
  if jsonb_array_length(changed) > 0 then
    with written as (
      update registry_claims c set
        token = case when r.takes_token then nextval('registry_tokens') else c.token end,
        lease_until = r.lease_until,
        released_at = r.released_at,
        quarantine_until = r.quarantine_until,
        revision = known_revision + 1
      from jsonb_to_recordset(changed) as r(
        id bigint, takes_token boolean, lease_until timestamptz, released_at timestamptz, quarantine_until timestamptz
      )
      where c.id = r.id and c.host_id = target_host
      returning c.id, c.token
    )
    select jsonb_agg(jsonb_build_object('id', id, 'token', token)) into written_changes from written;
  end if;
  if jsonb_array_length(created) > 0 then
    with written as (
      insert into registry_claims (
        host_id, protocol, ports, shape, project, environment, kind, purpose, labels, created_at, created_by,
        lease_until, revision
      )
      select
        target_host, r.protocol, int4range(r.first, r.last, '[]'), r.shape, r.project, r.environment, r.kind, r.purpose,
        r.labels, r.created_at, r.created_by, r.lease_until, known_revision + 1
      from jsonb_to_recordset(created) as r(
        protocol text, first integer, last integer, shape text, project text, environment text, kind text, purpose text,
        labels jsonb, created_at timestamptz, created_by text, lease_until timestamptz
      )
      returning id, token, protocol, lower(ports) as first
    )
    select jsonb_agg(jsonb_build_object('id', id, 'token', token, 'protocol', protocol, 'first', first))
      into written_claims from written;
  end if;
  if jsonb_array_length(slots) > 0 then
    insert into registry_slots (
      claim_id, half, state, version, deployed_at, deployed_by, since, changed_by, grace_until
    )
    select * from jsonb_to_recordset(slots) as r(
      claim_id bigint, half text, state text, version text, deployed_at timestamptz, deployed_by text,
      since timestamptz, changed_by text, grace_until timestamptz
    )
    on conflict (claim_id, half) do update set
      state = excluded.state, version = excluded.version, deployed_at = excluded.deployed_at,
      deployed_by = excluded.deployed_by, since = excluded.since, changed_by = excluded.changed_by,
      grace_until = excluded.grace_until;
  end if;
  -- What concerns a new claim names it by its first port, for its number was not known yet.
  insert into registry_events (at, type, host_id, claim_id, token, actor, reason, details)
    select r.at, r.type, target_host, coalesce(r.claim_id, c.id), coalesce(u.token, c.token, r.token), r.actor,
      r.reason, r.details
    from jsonb_to_recordset(events) as r(
      at timestamptz, type text, claim_id bigint, protocol text, first integer, token bigint, actor text, reason text,
      details jsonb
    )
    left join jsonb_to_recordset(written_claims) as c(id bigint, token bigint, protocol text, first integer)
      on c.protocol = r.protocol and c.first = r.first
    left join jsonb_to_recordset(written_changes) as u(id bigint, token bigint) on u.id = r.claim_id;
  if jsonb_array_length(answers) > 0 then
    delete from registry_answers a using jsonb_to_recordset(answers) as r(project text, key text, kept_since timestamptz)
      where a.project = r.project and a.key = r.key and a.created_at < r.kept_since;
    insert into registry_answers (
      project, key, body_hash, claim_id, token, lease_until, released_at, quarantine_until, slots, was_changed, created_at
    )
    select r.project, r.key, r.body_hash, coalesce(r.claim_id, c.id), coalesce(u.token, c.token, r.token), r.lease_until,
      r.released_at, r.quarantine_until, r.slots, r.was_changed, r.created_at
    from jsonb_to_recordset(answers) as r(
      project text, key text, body_hash text, claim_id bigint, protocol text, first integer, token bigint,
      lease_until timestamptz, released_at timestamptz, quarantine_until timestamptz, slots jsonb, was_changed boolean,
      created_at timestamptz
    )
    left join jsonb_to_recordset(written_claims) as c(id bigint, token bigint, protocol text, first integer)
      on c.protocol = r.protocol and c.first = r.first
    left join jsonb_to_recordset(written_changes) as u(id bigint, token bigint) on u.id = r.claim_id
    order by r.project, r.key;
  end if;
  return jsonb_build_object('created', written_claims, 'changed', written_changes);
end
$$;
`,
}
