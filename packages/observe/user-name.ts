import { readFile } from 'node:fs/promises'
import { shortName } from './short-name.ts'

/**
 * User names by number, from a file like /etc/passwd (passwd(5)). The first line for a number wins, as in getpwuid(3);
 * lines of another shape are comments or NIS markers. An unreadable file gives no names: the number still tells.
 */
export async function readUserNames(passwdPath: string): Promise<ReadonlyMap<number, string>> {
  return parseUserNames(await readFile(passwdPath, 'utf8').catch(() => ''))
}

/** The same of the file's text. */
export function parseUserNames(text: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>()
  for (const line of text.split('\n')) {
    const [name, , uid] = line.split(':')
    if (!name || uid === undefined || !/^\d+$/.test(uid)) continue
    if (!names.has(Number(uid))) names.set(Number(uid), shortName(name))
  }
  return names
}
