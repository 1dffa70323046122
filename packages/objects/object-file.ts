import type { FileHandle } from 'node:fs/promises'
import { objectDamaged } from './errors.ts'

/**
 * The file of an object: its content, then a JSON footer, the footer's length (four bytes, big endian) and a mark.
 * One file, so that content and content type come and go together; the footer last, because the hash in it is known
 * only then, and because programs that look at the beginning of a picture still see a picture.
 */
export interface ObjectFooter {
  readonly sizeBytes: number
  readonly contentType: string
  readonly etag: string
}

const MARK = Buffer.from('PORTOBJ1', 'latin1')
const TAIL_BYTES = MARK.length + 4
const FOOTER_LIMIT_BYTES = 1_024

export function formatFooter(footer: ObjectFooter): Buffer {
  const json = Buffer.from(JSON.stringify(footer))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  return Buffer.concat([json, length, MARK])
}

/** @throws OBJECTS_OBJECT_DAMAGED when the file is not what was written */
export async function readFooter(file: FileHandle, key: string): Promise<ObjectFooter & { readonly modifiedAt: Date }> {
  const { size: fileBytes, mtime } = await file.stat()
  const end = Buffer.alloc(Math.min(fileBytes, FOOTER_LIMIT_BYTES))
  await file.read(end, 0, end.length, fileBytes - end.length)
  const mark = end.subarray(-MARK.length)
  if (end.length < TAIL_BYTES || !mark.equals(MARK)) throw objectDamaged(key)
  const jsonBytes = end.readUInt32BE(end.length - TAIL_BYTES)
  if (jsonBytes > end.length - TAIL_BYTES) throw objectDamaged(key)
  const footer = parseFooter(end.subarray(-TAIL_BYTES - jsonBytes, -TAIL_BYTES).toString(), key)
  if (footer.sizeBytes + jsonBytes + TAIL_BYTES !== fileBytes) throw objectDamaged(key)
  return { ...footer, modifiedAt: mtime }
}

function parseFooter(text: string, key: string): ObjectFooter {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw objectDamaged(key, cause)
  }
  if (typeof value !== 'object' || value === null) throw objectDamaged(key)
  const { sizeBytes, contentType, etag } = { sizeBytes: undefined, contentType: undefined, etag: undefined, ...value }
  if (typeof sizeBytes !== 'number' || typeof contentType !== 'string' || typeof etag !== 'string') {
    throw objectDamaged(key)
  }
  return { sizeBytes, contentType, etag }
}
