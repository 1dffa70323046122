import { lchown, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { accountUnusable } from './errors.ts'

/** The user and group that a child process takes on; undefined stands for our own. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/**
 * What the server runs as when we are root. Not "nobody", which other programs share and could read the data as.
 * systemd leaves 65520–65533 unused ("Users, Groups, UIDs and GIDs on systemd Systems"), 65532 is the nonroot user of
 * distroless images, and user namespaces of rootless containers map up to 65535. It needs no entry in /etc/passwd.
 */
export const SERVER_ACCOUNT: Account = Object.freeze({ uid: 65_525, gid: 65_525 })

export function isRoot(): boolean {
  return process.geteuid?.() === 0
}

/**
 * Who owns an existing data folder runs its server, so that a folder made by a person stays usable for that person
 * after one start as root.
 */
export function serverAccount(owner: Account | undefined): Account | undefined {
  if (!isRoot()) return undefined
  return owner !== undefined && owner.uid !== 0 ? owner : SERVER_ACCOUNT
}

/** initdb, unlike the server, refuses a uid without a name: take the least of those that have one. */
export async function namedAccount(): Promise<Account> {
  const accounts = parsePasswd(await readFile('/etc/passwd', 'utf8').catch(() => ''))
  const account = accounts.get('nobody') ?? [...accounts.values()].find(({ uid }) => uid !== 0)
  if (account === undefined) throw accountUnusable('"/etc/passwd" names no user but root, and initdb needs one')
  return account
}

/** @returns accounts by name; macOS writes uids as signed numbers (nobody is -2) */
export function parsePasswd(text: string): ReadonlyMap<string, Account> {
  const accountsByName = new Map<string, Account>()
  for (const line of text.split('\n')) {
    const [name, , uid, gid] = line.split(':')
    const isEntry = name !== undefined && /^-?\d+$/.test(uid ?? '') && /^-?\d+$/.test(gid ?? '')
    if (isEntry) accountsByName.set(name, { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 })
  }
  return accountsByName
}

/** Hands a folder with all it holds to an account. Links themselves, never what they point to. */
export async function chownTree(path: string, account: Account): Promise<void> {
  try {
    await lchown(path, account.uid, account.gid)
    const entries = await readdir(path, { withFileTypes: true, recursive: true })
    for (const entry of entries) await lchown(join(entry.parentPath, entry.name), account.uid, account.gid)
  } catch (cause) {
    throw accountUnusable(`"${path}" could not be given to uid ${account.uid}`, cause)
  }
}
