/**
 * The two-key form of PostgreSQL's advisory locks: the first key is ours ("Port" in ASCII), the second says what for.
 * They are per database, so the migrations of two databases never wait for each other.
 */
export const LOCK_CLASS = 0x506f7274

export const LOCKS = { migrations: 1, provisioning: 2 } as const

/** SQLSTATE lock_not_available: lock_timeout has passed. */
export const LOCK_NOT_AVAILABLE = '55P03'

/** Who holds a lock, one row; $1 and $2 are the two keys. objsubid 2 marks the two-key form (pg_locks). */
export const HOLDER_SQL = `
  select a.pid, a.application_name, a.state, a.backend_start
    from pg_locks l join pg_stat_activity a using (pid)
   where l.locktype = 'advisory' and l.granted and l.objsubid = 2 and l.classid = $1 and l.objid = $2
     and l.database = (select oid from pg_database where datname = current_database())
   limit 1`

export interface LockHolder {
  readonly pid: number
  readonly application_name: string | null
  readonly state: string | null
  readonly backend_start: Date | null
}

/** Another role's session shows its pid alone, unless we are a member of pg_read_all_stats. */
export function formatHolder(holder: LockHolder | undefined): string {
  if (holder === undefined) return 'a process that is gone by now'
  const { pid, application_name, state, backend_start } = holder
  const since = backend_start === null ? '' : `, connected since ${backend_start.toISOString()}`
  return `server process ${pid} ("${application_name ?? ''}", ${state ?? 'state hidden'}${since})`
}
