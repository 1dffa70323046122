import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDER = fileURLToPath(new URL('corpus', import.meta.url))

/** Inputs that once were new, or broke something: they are tried first, and by the tests each time. */
export async function readCorpus(property: string): Promise<readonly Buffer[]> {
  const folder = join(FOLDER, property)
  await mkdir(folder, { recursive: true })
  const names = (await readdir(folder)).toSorted()
  return Promise.all(names.map((name) => readFile(join(folder, name))))
}

/** @returns the file's path */
export async function keepInput(property: string, bytes: Buffer): Promise<string> {
  const path = join(FOLDER, property, createHash('sha256').update(bytes).digest('hex').slice(0, 16))
  await writeFile(path, bytes)
  return path
}
