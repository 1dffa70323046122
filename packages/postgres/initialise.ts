import { chown, mkdir, mkdtemp, open, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { errorCode, errorMessage, type Waiting } from '@portolan/errors'
import { type Account, chownTree, namedAccount } from './account.ts'
import type { Binaries } from './binaries.ts'
import { runCommand } from './command.ts'
import { accountUnusable, diskFull, folderUnusable, initdbFailed } from './errors.ts'
import { dataFolderArgument } from './server-arguments.ts'

export const ADMIN_ROLE = 'postgres'

/**
 * Written into postgresql.conf, where a person may change them: the server is one of many processes on a developer's
 * machine. io_method sync and one autovacuum worker save processes that such a machine has no use for; durability
 * (fsync, synchronous_commit, full_page_writes) stays as PostgreSQL ships it: on.
 */
const SETTINGS: Readonly<Record<string, string>> = Object.freeze({
  shared_buffers: '32MB',
  max_connections: '100',
  maintenance_work_mem: '32MB',
  max_wal_size: '512MB',
  autovacuum_max_workers: '1',
  io_method: 'sync',
  log_checkpoints: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
})

/** Every way in asks for the password: a data folder may be served to other containers too. */
const HBA = `# Who may connect. Where the server listens is decided by the port plane.
local all all scram-sha-256
host  all all all scram-sha-256
`

export interface InitialiseOptions {
  readonly dataFolder: string
  readonly password: string
  readonly account: Account | undefined
  /** Without fsync a test's folder is there sooner, and may be lost with the machine. */
  readonly isDurable: boolean
}

/**
 * Makes a data folder: initdb works in a sibling, which gets the folder's name by one rename when it is whole.
 * @throws POSTGRES_INITDB_FAILED, POSTGRES_DISK_FULL, POSTGRES_FOLDER_UNUSABLE, POSTGRES_ACCOUNT_UNUSABLE
 */
export async function initialiseDataFolder(
  binaries: Binaries,
  options: InitialiseOptions,
  { signal }: Waiting,
): Promise<void> {
  const { dataFolder, account } = options
  await removeUnfinished(dataFolder)
  const workshop = await mkdtemp(`${dataFolder}.initdb-${process.pid}-`)
  try {
    await runInitdb(binaries, { ...options, workshop }, { signal })
    const made = join(workshop, 'data')
    await writeFile(join(made, 'pg_hba.conf'), HBA)
    if (account !== undefined) await chownTree(made, account)
    signal.throwIfAborted()
    await rename(made, dataFolder)
    await syncFolder(dirname(dataFolder))
  } catch (cause) {
    throw folderFailure(dataFolder, cause)
  } finally {
    // The retries are for an aborted initdb, which may still be writing.
    await rm(workshop, { recursive: true, force: true, maxRetries: 10 })
  }
}

interface Workshop extends InitialiseOptions {
  readonly workshop: string
}

async function runInitdb(binaries: Binaries, options: Workshop, { signal }: Waiting): Promise<void> {
  const { dataFolder, password, workshop, isDurable } = options
  const account = options.account === undefined ? undefined : await namedAccount()
  const workingFolder = join(workshop, 'data')
  const passwordFile = join(workshop, 'password')
  await mkdir(workingFolder, { mode: 0o700 })
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  if (account !== undefined) await handOver([workshop, workingFolder, passwordFile], account)
  const args = initdbArguments(dataFolderArgument(workingFolder, account), isDurable)
  const result = await runCommand({ file: binaries.initdb, args, workingFolder, account }, { signal })
  if (result.state === 'succeeded') return
  const isFull = /No space left on device|Disk quota exceeded/.test(result.output)
  throw isFull ? diskFull(dataFolder, result.cause) : initdbFailed(dataFolder, result.output, result.cause)
}

/**
 * The builtin C.UTF-8 collation sorts by code point and is the same on every machine: no ICU and no libc whose update
 * would make indexes wrong. The password's path is relative, because the account may be unable to enter the folders
 * above (see dataFolderArgument).
 */
function initdbArguments(dataFolder: string, isDurable: boolean): readonly string[] {
  const settings = Object.entries(SETTINGS).map(([name, value]) => `--set=${name}=${value}`)
  return [
    `--pgdata=${dataFolder}`,
    `--username=${ADMIN_ROLE}`,
    '--pwfile=../password',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(isDurable ? [] : ['--no-sync']),
    ...settings,
  ]
}

async function handOver(paths: readonly string[], { uid, gid }: Account): Promise<void> {
  try {
    for (const path of paths) await chown(path, uid, gid)
  } catch (cause) {
    throw accountUnusable(`a folder could not be given to uid ${uid}`, cause)
  }
}

/** Workshops whose process is gone: what a kill left. Another process's are its own to remove. */
async function removeUnfinished(dataFolder: string): Promise<void> {
  const prefix = `${basename(dataFolder)}.initdb-`
  const parent = dirname(dataFolder)
  for (const name of await readdir(parent)) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN
    if (!Number.isNaN(pid) && !isAlive(pid))
      await rm(join(parent, name), { recursive: true, force: true, maxRetries: 10 })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return errorCode(error) === 'EPERM'
  }
}

/** A rename is durable when the folder that holds the name is. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Gives Node's errors the words of the catalogue; ours and an abort pass as they are. */
export function folderFailure(dataFolder: string, cause: unknown): unknown {
  const code = errorCode(cause)
  if (code === 'ENOSPC' || code === 'EDQUOT') return diskFull(dataFolder, cause)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR') {
    return folderUnusable(dataFolder, `${errorMessage(cause)}. Make its parent writable, or name another`, cause)
  }
  if (code === 'EBUSY' || code === 'EXDEV' || code === 'ENOTEMPTY' || code === 'EEXIST') {
    const reason = `it is a mount point, or another process just used it (${errorMessage(cause)}). Name a folder below it`
    return folderUnusable(dataFolder, reason, cause)
  }
  return cause
}
