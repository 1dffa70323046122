import { sizeMismatch, tooLarge } from './errors.ts'

export interface ContentSize {
  /** Exactly this many bytes. */
  readonly sizeBytes?: number
  /** At most this many bytes. */
  readonly sizeLimitBytes?: number
}

/**
 * Passes content on while it counts it; never a byte more than agreed.
 * @throws OBJECTS_SIZE_MISMATCH, OBJECTS_TOO_LARGE, before the end is passed on
 */
export async function* measuredContent(
  content: AsyncIterable<Uint8Array>,
  { sizeBytes, sizeLimitBytes }: ContentSize,
): AsyncGenerator<Uint8Array, void, undefined> {
  let countBytes = 0
  for await (const chunk of content) {
    countBytes += chunk.byteLength
    if (sizeBytes !== undefined && countBytes > sizeBytes) throw sizeMismatch(sizeBytes, countBytes)
    if (sizeLimitBytes !== undefined && countBytes > sizeLimitBytes) throw tooLarge(sizeLimitBytes)
    yield chunk
  }
  if (sizeBytes !== undefined && countBytes !== sizeBytes) throw sizeMismatch(sizeBytes, countBytes)
}

/** Refuses by what a message says of its own length, before a byte of it is read. */
export function refuseLength(lengthBytes: number, { sizeBytes, sizeLimitBytes }: ContentSize): void {
  if (sizeBytes !== undefined && lengthBytes !== sizeBytes) throw sizeMismatch(sizeBytes, lengthBytes)
  if (sizeLimitBytes !== undefined && lengthBytes > sizeLimitBytes) throw tooLarge(sizeLimitBytes)
}
