import type { Readable } from 'node:stream'
import { uploadCutOff, uploadStalled } from './errors.ts'

interface Idleness {
  readonly idleMs: number
}

/**
 * The body of a request, piece by piece. Leaves the request alive when reading stops, so that it can still be answered.
 * @throws OBJECTS_UPLOAD_STALLED when no piece comes for so long, OBJECTS_UPLOAD_CUT_OFF when the connection breaks
 */
export async function* uploadContent(
  request: Readable,
  { idleMs }: Idleness,
): AsyncGenerator<Uint8Array, void, undefined> {
  const pieces = request.iterator({ destroyOnReturn: false })
  let giveUp: (cause: Error) => void = () => undefined
  const timer = setTimeout(() => giveUp(uploadStalled(idleMs)), idleMs)
  try {
    for (;;) {
      timer.refresh() // how long a store takes for a piece is no fault of whoever sends
      // A promise of its own for each piece: racing with one for all would keep every piece until the end.
      const piece = await new Promise<IteratorResult<Uint8Array, unknown>>((resolve, reject) => {
        giveUp = reject
        nextPiece(pieces).then(resolve, reject)
      })
      if (piece.done === true) return
      yield piece.value
    }
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Reads a refused upload to its end and forgets it. Who still sends may not look at an answer before that, and where
 * the connection is closed meanwhile, the answer is lost with it.
 * @returns whether the end was reached
 */
export async function drainUpload(
  request: Readable,
  { idleMs, limitBytes }: Idleness & { readonly limitBytes: number },
): Promise<boolean> {
  let countBytes = 0
  try {
    for await (const piece of uploadContent(request, { idleMs })) {
      countBytes += piece.byteLength
      if (countBytes > limitBytes) return false
    }
    return true
  } catch {
    return false // stalled or cut off: that is no news about an upload that was refused already
  }
}

async function nextPiece(pieces: AsyncIterator<unknown>): Promise<IteratorResult<Uint8Array, unknown>> {
  try {
    const next = await pieces.next()
    if (next.done === true) return { done: true, value: undefined }
    if (!(next.value instanceof Uint8Array)) throw new TypeError('The body of a request consists of bytes.')
    return { done: false, value: next.value }
  } catch (cause) {
    throw uploadCutOff(cause)
  }
}
