import { constants } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, mkdtemp, readdir, readlink, rename, rm, symlink } from 'node:fs/promises'
import { arch, platform } from 'node:os'
import { dirname, join } from 'node:path'
import { errorCode, errorMessage } from '@portolan/errors'

/** The last two survive on machines whose /var/lib cannot be written, such as containers with a read-only root. */
export const BINARY_HOMES: readonly string[] = Object.freeze([
  '/var/lib/portolan',
  '/var/tmp/portolan',
  '/tmp/portolan',
])

export type BinaryCopy =
  | { readonly state: 'copied'; readonly home: string }
  | { readonly state: 'failed'; readonly reason: string }

interface Installation {
  readonly home: string
  readonly packageVersion: string
}

/** Copies an installation (about 55 MB) below a folder, once per version. A failure is a result: there are others. */
export async function copyBinaries({ home, packageVersion }: Installation, parent: string): Promise<BinaryCopy> {
  const destination = join(parent, `postgres-${packageVersion}-${platform()}-${arch()}`)
  try {
    await mkdir(parent, { recursive: true, mode: 0o755 })
    const untrusted = await untrustedFolder(parent)
    if (untrusted !== undefined) return { state: 'failed', reason: untrusted }
    await chmod(parent, 0o755) // a umask of 077 would close it to the account
    if (!(await doesExist(destination))) await copyAtOnce(home, destination)
    return { state: 'copied', home: destination }
  } catch (error) {
    return { state: 'failed', reason: `"${parent}": ${errorMessage(error)}` }
  }
}

/** Below /tmp anybody may have made the folder first, and would then choose what we run. */
async function untrustedFolder(folder: string): Promise<string | undefined> {
  const { uid, mode } = await lstat(folder)
  const isTrusted = uid === process.geteuid?.() && (mode & 0o170022) === 0o040000
  return isTrusted ? undefined : `"${folder}" can be changed by others, so nothing is run from there`
}

/** Under its final name only when it is whole: a crash leaves a folder with another name, never half an installation. */
async function copyAtOnce(source: string, destination: string): Promise<void> {
  const unfinished = await mkdtemp(`${destination}.copy-`)
  try {
    await copyTree(source, unfinished)
    await rename(unfinished, destination)
  } catch (error) {
    // Another process was faster; its copy of the same version is as good.
    const code = errorCode(error)
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

async function copyTree(source: string, destination: string): Promise<void> {
  await mkdir(destination, { recursive: true })
  await chmod(destination, 0o755)
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const from = join(source, entry.name)
    const to = join(destination, entry.name)
    if (entry.isDirectory()) await copyTree(from, to)
    else if (entry.isSymbolicLink()) await symlink(await readlink(from), to)
    else if (!entry.name.endsWith('.a')) await copyReadable(from, to)
  }
}

async function copyReadable(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE)
  const { mode } = await lstat(from)
  const isProgram = (mode & 0o100) !== 0 || dirname(to).endsWith('bin')
  await chmod(to, isProgram ? 0o755 : 0o644)
}

async function doesExist(path: string): Promise<boolean> {
  try {
    await lstat(path)
    return true
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
    return false
  }
}
