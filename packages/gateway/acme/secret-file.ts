import { rename, rm, writeFile } from 'node:fs/promises'

/** Writes a file that its owner alone may read, in one step: who reads it sees the old one or the new one. */
export async function writeSecret(file: string, content: string | Buffer): Promise<void> {
  const next = `${file}.next`
  await rm(next, { force: true }) // its mode would stay
  await writeFile(next, content, { mode: 0o600, flush: true })
  await rename(next, file)
}
