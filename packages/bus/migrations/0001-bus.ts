/**
 * All of it is ephemeral, so all tables are UNLOGGED: a crash of the server empties them, and costs no write-ahead log
 * before. Large messages then are gaps, which the same crash causes anyhow; members enter again within their time;
 * counters begin anew.
 *
 * No index on expires_at: it would change with every entry and every pass, which forbids heap-only updates. The sweep
 * reads tables that are small because it runs.
 */
export const sql = `
create unlogged table bus_large_message (
  id uuid primary key,
  body text not null,
  expires_at timestamptz not null
);

create unlogged table bus_presence (
  room text collate "C" not null,
  member text collate "C" not null,
  expires_at timestamptz not null,
  primary key (room, member)
) with (fillfactor = 50);

create unlogged table bus_counter (
  key text collate "C" primary key,
  passes timestamptz[] not null,
  expires_at timestamptz not null
) with (fillfactor = 50);

-- The passes within the window before now; a new one is added while there are fewer than the limit. The row's lock
-- makes it exact, and the clock is read after the lock was got.
create function bus_count(
  in counter_key text, in window_ms bigint, in pass_limit integer,
  out pass_count integer, out is_over boolean, out retry_after_ms bigint
) language plpgsql as $$
declare
  window_length constant interval := make_interval(secs => window_ms / 1000.0);
  stored timestamptz[];
  live timestamptz[];
  moment timestamptz;
begin
  loop
    select c.passes into stored from bus_counter c where c.key = counter_key for update;
    exit when found;
    -- Between this and the next look the sweep may delete it again: then once more.
    insert into bus_counter (key, passes, expires_at)
      values (counter_key, '{}', clock_timestamp() + window_length)
      on conflict (key) do nothing;
  end loop;
  moment := clock_timestamp();
  select coalesce(array_agg(each.pass order by each.pass), '{}') into live
    from unnest(stored) as each(pass) where each.pass > moment - window_length;
  is_over := cardinality(live) >= pass_limit;
  retry_after_ms := 0;
  if is_over then
    pass_count := cardinality(live);
    retry_after_ms := ceil(extract(epoch from
      live[pass_count - pass_limit + 1] + window_length - moment) * 1000);
    return;
  end if;
  live := live || moment;
  pass_count := cardinality(live);
  update bus_counter c set passes = live, expires_at = moment + window_length where c.key = counter_key;
end
$$;
`
