import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { originOf, type PortFile } from '@portolan/port-files'

/** Every port file below a folder, named from there. */
export async function readPortTree(folder: string): Promise<readonly PortFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const found: PortFile[] = []
  for (const entry of entries) {
    const full = path.join(entry.parentPath, entry.name)
    const file = path.relative(folder, full).replaceAll(path.sep, '/')
    if (entry.isFile() && originOf(file).format !== undefined) {
      found.push({ file, text: await readFile(full, 'utf8') })
    }
  }
  return found.toSorted((a, b) => (a.file < b.file ? -1 : 1))
}

export async function writePortTree(folder: string, files: readonly PortFile[]): Promise<void> {
  for (const { file, text } of files) await writeFile(path.join(folder, file), text)
}
