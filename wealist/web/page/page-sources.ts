import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const PAGE = fileURLToPath(new URL('.', import.meta.url))

export interface PageSource {
  /** From the folder of the pages, with slashes. */
  readonly path: string
  readonly text: string
}

/** What the pages are made of, without tests: for tests that hold it to rules. */
export async function readPageSources(): Promise<readonly PageSource[]> {
  const entries = await readdir(PAGE, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .map(({ parentPath, name }) => relative(PAGE, join(parentPath, name)).replaceAll('\\', '/'))
    .filter((path) => !/^(dist|\.tmp)\//.test(path))
  return Promise.all(paths.map(async (path) => ({ path, text: await readFile(join(PAGE, path), 'utf8') })))
}
