import { DatabaseSync } from 'node:sqlite'
import { errorMessage } from '@portolan/errors'
import { dataFolderUnusable } from './errors.ts'

// sqlite3.h: SQLITE_BUSY
const BUSY = 5

/** A database that nobody refers to is closed by the garbage collector, and its lock with it. */
const held = new Set<DatabaseSync>()

/** The exclusive hold on a data folder. */
export interface FolderLock extends Disposable {
  release(): void
}

/**
 * Takes the lock of a data folder, or says that another process has it.
 *
 * The lock is SQLite's on a file of its own: the kernel releases it with the process, however it ends, so that there
 * are no stale locks to guess about, which a file with a process id in it has.
 * @returns undefined when another process holds it
 * @throws SUPERVISE_DATA_FOLDER_UNUSABLE
 */
export function acquireFolderLock(file: string): FolderLock | undefined {
  const database = openLockFile(file)
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (isBusy(error)) return undefined
    throw dataFolderUnusable(file, errorMessage(error), error)
  }
  held.add(database)
  const release = () => {
    if (held.delete(database)) database.close()
  }
  return { release, [Symbol.dispose]: release }
}

function openLockFile(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout: 0 })
  } catch (error) {
    throw dataFolderUnusable(file, errorMessage(error), error)
  }
}

function isBusy(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'errcode' in error && error.errcode === BUSY
}
