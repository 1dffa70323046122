import { link, mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from '@portolan/errors'
import { keyTaken } from './errors.ts'

// No key holds this character, so an object `a/b` and objects below `a/b/` never want the same name.
const FILE_MARK = '~'
const PLACE_ATTEMPTS = 10

/** Where the object of a key is, below the folder of all objects. */
export function objectPath(folder: string, key: string): string {
  return join(folder, `${key}${FILE_MARK}`)
}

interface Placing {
  readonly key: string
  readonly isCreateOnly: boolean
}

/**
 * Moves a finished file to its key in one step, and makes that survive a power cut.
 * @throws OBJECTS_KEY_TAKEN
 */
export async function placeFile(folder: string, file: string, { key, isCreateOnly }: Placing): Promise<void> {
  const target = objectPath(folder, key)
  for (let attempt = 1; ; attempt += 1) {
    const firstMade = await mkdir(dirname(target), { recursive: true, mode: 0o700 })
    try {
      // A link fails where a name exists, a rename replaces it; both are seen at once or not at all.
      if (isCreateOnly) await link(file, target)
      else await rename(file, target)
      await syncFolders(dirname(target), firstMade === undefined ? dirname(target) : dirname(firstMade))
      return
    } catch (cause) {
      if (errorCode(cause) === 'EEXIST') throw keyTaken(key)
      // Whoever deleted the last object of a folder may have taken the folder away just now.
      if (errorCode(cause) !== 'ENOENT' || attempt === PLACE_ATTEMPTS) throw cause
    }
  }
}

/** Removes the file of a key and the folders that became empty by it. */
export async function removeFile(folder: string, key: string): Promise<void> {
  const path = objectPath(folder, key)
  await rm(path, { force: true })
  for (let parent = dirname(path); parent.length > folder.length; parent = dirname(parent)) {
    try {
      await rmdir(parent)
    } catch (cause) {
      const code = errorCode(cause) ?? ''
      if (code === 'ENOENT') continue // another deletion was faster; the folders above are looked at all the same
      if (!['ENOTEMPTY', 'EEXIST'].includes(code)) throw cause
      await syncFolder(parent)
      return
    }
  }
  await syncFolder(folder)
}

/** From the inner folder up to and including the outer one: a new folder is an entry of the one above. */
async function syncFolders(inner: string, outer: string): Promise<void> {
  for (let folder = inner; folder.length >= outer.length; folder = dirname(folder)) await syncFolder(folder)
}

async function syncFolder(path: string): Promise<void> {
  try {
    await using folder = await open(path, 'r')
    await folder.sync()
  } catch (cause) {
    // ENOENT: deleted meanwhile, so nothing is left to keep. EPERM, EISDIR: Windows has no such thing.
    if (!['ENOENT', 'EPERM', 'EISDIR'].includes(errorCode(cause) ?? '')) throw cause
  }
}

/** The keys below a prefix after `cursor`, in the order of their characters. */
export async function* walkKeys(
  folder: string,
  { prefix, cursor }: { readonly prefix: string; readonly cursor?: string },
): AsyncGenerator<string, void, undefined> {
  for (const name of await namesIn(join(folder, prefix))) {
    const key = `${prefix}${name}`
    const isPassed = cursor !== undefined && cursor >= key
    if (!name.endsWith('/')) {
      if (!isPassed) yield key
    } else if (!isPassed || cursor.startsWith(key)) {
      yield* walkKeys(folder, { prefix: key, ...(cursor === undefined ? {} : { cursor }) })
    }
  }
}

/** Folders as `name/` and objects as `name`: sorted like this, a walk yields keys in order. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    const names = entries.flatMap((entry) => {
      if (entry.isDirectory()) return [`${entry.name}/`]
      return entry.name.endsWith(FILE_MARK) ? [entry.name.slice(0, -FILE_MARK.length)] : []
    })
    return names.sort((one, other) => (one < other ? -1 : 1))
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT' || errorCode(cause) === 'ENOTDIR') return []
    throw cause
  }
}
