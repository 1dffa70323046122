import { randomBytes } from 'node:crypto'
import { link, open, readFile, rm } from 'node:fs/promises'
import { errorCode, errorMessage } from '@portolan/errors'
import { folderUnusable, passwordMissing } from './errors.ts'

/** Beside the data folder, not in it: the server's account has no business with it. */
function passwordFileOf(dataFolder: string): string {
  return `${dataFolder}.password`
}

/** @returns undefined when there is no such file, or nothing in it */
async function findAdminPassword(dataFolder: string): Promise<string | undefined> {
  const file = passwordFileOf(dataFolder)
  try {
    const password = (await readFile(file, 'utf8')).trim()
    return password === '' ? undefined : password
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined
    throw folderUnusable(dataFolder, `its password file "${file}" cannot be read (${errorMessage(cause)})`, cause)
  }
}

/** @throws POSTGRES_PASSWORD_MISSING */
export async function getAdminPassword(dataFolder: string): Promise<string> {
  const password = await findAdminPassword(dataFolder)
  if (password === undefined) throw passwordMissing(passwordFileOf(dataFolder), dataFolder)
  return password
}

/**
 * Durable before the data folder is made, so that there is no moment with a database and no password. A password that
 * an interrupted attempt left is taken again.
 */
export async function ensureAdminPassword(dataFolder: string): Promise<string> {
  const existing = await findAdminPassword(dataFolder)
  if (existing !== undefined) return existing
  const file = passwordFileOf(dataFolder)
  const unfinished = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`
  try {
    const handle = await open(unfinished, 'wx', 0o600)
    try {
      await handle.writeFile(`${randomBytes(32).toString('base64url')}\n`)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rmWhenEmpty(dataFolder, file)
    // A link, not a rename: it fails where another process was faster, whose password then counts.
    await link(unfinished, file).catch(ignoreExisting)
  } finally {
    await rm(unfinished, { force: true })
  }
  return getAdminPassword(dataFolder)
}

/** An empty file is what a full disk leaves of one. */
async function rmWhenEmpty(dataFolder: string, file: string): Promise<void> {
  if ((await findAdminPassword(dataFolder)) === undefined) await rm(file, { force: true })
}

function ignoreExisting(error: unknown): void {
  if (errorCode(error) !== 'EEXIST') throw error
}
