import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Coding } from '../content-coding.ts'
import type { PageFile } from '../page-file.ts'

/** A third of the time of the best quality, for a twentieth more bytes: it is done while somebody waits. */
const BROTLI_QUALITY = 6

/** A text that is there in every coding, as a built file of the pages is. */
export async function createPageFile(text: string | Buffer, contentType: string): Promise<PageFile> {
  const plain = Buffer.from(text)
  const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY }
  const [br, gz] = await Promise.all([promisify(brotliCompress)(plain, { params }), promisify(gzip)(plain)])
  const etag = `W/"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`
  const coded = new Map<Coding, Buffer>([
    ['br', br],
    ['gzip', gz],
  ])
  return { contentType, etag, isImmutable: false, plain, coded }
}
