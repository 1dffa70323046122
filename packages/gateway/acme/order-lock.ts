import { DatabaseSync } from 'node:sqlite'

// sqlite3.h: SQLITE_BUSY
const BUSY = 5

/**
 * Who may order: one process among all that serve by the same folder. SQLite's lock on a file goes with the process,
 * however it ends, so that another one takes over and nobody has to guess whether a lock is stale.
 * @returns undefined when another process has it
 */
export function acquireOrderLock(file: string): Disposable | undefined {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (Object(error).errcode === BUSY) return undefined
    throw error
  }
  return { [Symbol.dispose]: () => database.close() }
}
