import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { CODING_ENDS } from './content-coding.ts'

const TEXT = /\.(html|js|css|svg|json|txt)$/
/** Below this a packet is a packet. */
const LEAST_BYTES = 1_024

/** Writes a brotli and a gzip form beside every text, as small as they get: it is done once, here. */
export async function compressFolder(folder: string): Promise<void> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => TEXT.test(name))
  for (const name of names) await compressFile(join(folder, name))
}

async function compressFile(path: string): Promise<void> {
  const text = await readFile(path)
  if (text.length < LEAST_BYTES) return
  const parameters = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
  await writeFile(path + CODING_ENDS.br, await promisify(brotliCompress)(text, { params: parameters }))
  await writeFile(path + CODING_ENDS.gzip, await promisify(gzip)(text, { level: 9 }))
}
