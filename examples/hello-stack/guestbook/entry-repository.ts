import type { Generated, Kysely, Selectable } from 'kysely'
import type { Entry, EntryDraft } from './entry.ts'

interface EntryTable {
  /** A bigint, which the driver hands over as text. */
  id: Generated<string>
  name: string
  message: string
  written_at: Generated<Date>
}

export interface GuestbookSchema {
  entries: EntryTable
}

/** Newest first. */
export async function listEntries(db: Kysely<GuestbookSchema>, limit: number): Promise<readonly Entry[]> {
  const rows = await db.selectFrom('entries').selectAll().orderBy('id', 'desc').limit(limit).execute()
  return rows.map(entryOf)
}

/** Without the white space around it. The schema of the draft holds what the table's constraints hold. */
export async function addEntry(db: Kysely<GuestbookSchema>, { name, message }: EntryDraft): Promise<Entry> {
  const draft = { name: name.trim(), message: message.trim() }
  return entryOf(await db.insertInto('entries').values(draft).returningAll().executeTakeFirstOrThrow())
}

function entryOf(row: Selectable<EntryTable>): Entry {
  return { id: Number(row.id), name: row.name, message: row.message, writtenAt: row.written_at }
}
