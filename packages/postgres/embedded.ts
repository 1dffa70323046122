import { mkdir } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { Waiting } from '@portolan/errors'
import { type Account, chownTree, serverAccount } from './account.ts'
import { ensureAdminPassword, getAdminPassword } from './admin-password.ts'
import { findBinaries, runnableBinaries } from './binaries.ts'
import { SERVER_ENVIRONMENT } from './command.ts'
import { checkDataFolder, type DataFolder, inspectDataFolder } from './data-folder.ts'
import { ADMIN_ROLE, folderFailure, initialiseDataFolder } from './initialise.ts'
import { formatPostgresUrl } from './postgres-url.ts'
import { settlePostmasterFile } from './postmaster.ts'
import { dataFolderArgument, serverArguments } from './server-arguments.ts'

export interface EmbeddedPostgresOptions {
  /** Made when it does not exist. The superuser's password is kept beside it, in `<dataFolder>.password` (0600). */
  readonly dataFolder: string
  /** Where the server listens: an IP address or a host name. */
  readonly address: string
  readonly port: number
  /** Further settings (names of postgresql.conf), which win over the file in the data folder. */
  readonly settings?: Readonly<Record<string, string>>
  /** False skips the fsync of initdb; for tests. */
  readonly isDurable?: boolean
}

/** How to run a prepared server: spawn it so, and stop it by that signal. All of it matters, the folder as well. */
export interface EmbeddedPostgres {
  readonly command: string
  readonly args: readonly string[]
  /** Has to be the child's working folder: as root the data folder may be reachable in no other way. */
  readonly workingFolder: string
  /** The whole environment of the child, not an addition to ours. */
  readonly environment: Readonly<Record<string, string>>
  /** Only when we are root, since PostgreSQL refuses to run as root. */
  readonly uid?: number
  readonly gid?: number
  /** "Fast shutdown": ends the sessions, writes a checkpoint. SIGTERM would wait for clients to leave. */
  readonly stopSignal: 'SIGINT'
  /** The superuser's way in, to database "postgres". Holds the password: never log it. */
  readonly adminUrl: string
}

/**
 * Prepares a data folder and says how to run the server on it; starts nothing. Call it before every start: it also
 * settles what a killed server left. The caller keeps two of them from running on one folder at a time.
 * @throws POSTGRES_PLATFORM_UNSUPPORTED, POSTGRES_BINARIES_UNUSABLE, POSTGRES_ACCOUNT_UNUSABLE, POSTGRES_FOLDER_*,
 *   POSTGRES_DISK_FULL, POSTGRES_INITDB_FAILED, POSTGRES_PASSWORD_MISSING, POSTGRES_ALREADY_RUNNING
 */
export async function prepareEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
  { signal }: Waiting,
): Promise<EmbeddedPostgres> {
  const { address, port, settings = {}, isDurable = true } = options
  const dataFolder = resolve(options.dataFolder)
  const found = await inspectDataFolder(dataFolder)
  const account = serverAccount(found.state === 'initialised' ? found.owner : undefined)
  const binaries = await runnableBinaries(await findBinaries(), { account }, { signal })
  if (found.state === 'initialised') {
    await reviveDataFolder({ dataFolder, found, account, majorVersion: binaries.majorVersion }, { signal })
  } else {
    const password = await firstPassword(dataFolder)
    await initialiseDataFolder(binaries, { dataFolder, password, account, isDurable }, { signal })
  }
  const password = await getAdminPassword(dataFolder)
  const target = { host: reachableAddress(address), port, database: 'postgres', user: ADMIN_ROLE, password }
  return {
    command: binaries.postgres,
    args: serverArguments(dataFolderArgument(dataFolder, account), { address, port, settings }),
    workingFolder: dataFolder,
    environment: SERVER_ENVIRONMENT,
    ...account,
    stopSignal: 'SIGINT',
    adminUrl: formatPostgresUrl(target),
  }
}

interface Revival {
  readonly dataFolder: string
  readonly found: Extract<DataFolder, { state: 'initialised' }>
  readonly account: Account | undefined
  readonly majorVersion: string
}

async function reviveDataFolder(revival: Revival, { signal }: Waiting): Promise<void> {
  const { dataFolder, found, account, majorVersion } = revival
  checkDataFolder(dataFolder, found, { majorVersion })
  await getAdminPassword(dataFolder)
  await settlePostmasterFile(dataFolder, { signal })
  // A backup that root brought back belongs to root, and the server takes only what is its own.
  if (account !== undefined && found.owner.uid !== account.uid) await chownTree(dataFolder, account)
}

async function firstPassword(dataFolder: string): Promise<string> {
  try {
    await mkdir(dirname(dataFolder), { recursive: true })
    return await ensureAdminPassword(dataFolder)
  } catch (cause) {
    throw folderFailure(dataFolder, cause)
  }
}

/** "All addresses" is a place to listen, not a place to call. */
function reachableAddress(address: string): string {
  if (address === '0.0.0.0' || address === '*') return '127.0.0.1'
  return address === '::' ? '::1' : address
}
