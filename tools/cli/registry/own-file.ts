import { constants, type Stats } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { errorCode } from '@portolan/errors'
import { registryNotPrivate } from '../errors.ts'

/** Who besides its owner may do what with a file or folder, as the bits of its mode. */
const OTHERS = { anything: 0o077, write: 0o022 } as const

/**
 * Of a place of this user's: what is read there says what is started and which key is sent where, so that nobody else may
 * have written it.
 * @param denied what nobody else may do there
 * @throws CLI_REGISTRY_NOT_PRIVATE; nothing when it is not there
 */
export async function refuseForeignFolder(path: string, denied: keyof typeof OTHERS): Promise<void> {
  try {
    const found = await lstat(path)
    if (!found.isDirectory()) throw registryNotPrivate(path, 'is no folder')
    refuseForeign(path, found, denied)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error // it is not there yet
  }
}

/**
 * The text of a file of this user's; undefined when there is none.
 * @throws CLI_REGISTRY_NOT_PRIVATE
 */
export async function readOwnFile(path: string, denied: keyof typeof OTHERS): Promise<string | undefined> {
  try {
    // What is looked at is what is read: a name could lead elsewhere a moment later.
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const found = await file.stat()
    if (!found.isFile()) throw registryNotPrivate(path, 'is no file')
    refuseForeign(path, found, denied)
    return await file.readFile('utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    if (errorCode(error) === 'ELOOP') throw registryNotPrivate(path, 'is a link')
    throw error
  }
}

function refuseForeign(path: string, found: Stats, denied: keyof typeof OTHERS): void {
  const { uid, mode } = found
  if (uid !== (process.getuid?.() ?? uid)) throw registryNotPrivate(path, 'is owned by another user')
  const close = `chmod ${found.isDirectory() ? '700' : '600'} ${path}`
  if ((mode & OTHERS.write) !== 0) throw registryNotPrivate(path, 'others may write to it', close)
  if ((mode & OTHERS[denied]) !== 0) throw registryNotPrivate(path, 'others may read it', close)
}
