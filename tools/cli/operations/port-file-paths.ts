import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode, errorMessage } from '@portolan/errors'
import { originOf, type PortFile } from '@portolan/port-files'
import { usage } from '../errors.ts'

const DEEPEST = 6
const MOST_BYTES = 1_000_000
const SKIPPED = new Set(['node_modules', '.git', '.portolan', 'dist'])

/** Files as they are named; in a folder everything whose name says that ports stand in it. @throws CLI_USAGE */
export async function readNamedPortFiles(paths: readonly string[]): Promise<readonly PortFile[]> {
  const files: PortFile[] = []
  for (const path of paths) {
    const found = await attempt(path, async () => ((await stat(path)).isDirectory() ? filesBelow(path, 0) : [path]))
    if (found.length === 0)
      throw usage(`"${path}" holds no file in which ports stand, such as ports.json or compose.yaml.`)
    for (const file of found) files.push({ file, text: await attempt(file, () => readText(file)) })
  }
  return files
}

async function filesBelow(folder: string, depth: number): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const found: string[] = []
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !SKIPPED.has(entry.name) && depth < DEEPEST)
      found.push(...(await filesBelow(path, depth + 1)))
    if (entry.isFile() && originOf(path).format !== undefined) found.push(path)
  }
  return found
}

async function readText(file: string): Promise<string> {
  const { size } = await stat(file)
  if (size > MOST_BYTES) throw new Error('it has more than 1 MB, as no such file does')
  return readFile(file, 'utf8')
}

async function attempt<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw usage(
      `"${path}" cannot be read: ${errorCode(error) === 'ENOENT' ? 'there is no such file' : errorMessage(error)}.`,
    )
  }
}
