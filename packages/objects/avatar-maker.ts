import { errorMessage, isAppError, type Waiting } from '@portolan/errors'
import type { Metadata, Sharp } from 'sharp'
import {
  imageBusy,
  imageInvalid,
  imageTimedOut,
  imageTooLarge,
  imageTooManyPixels,
  imageUnsupported,
} from './image-errors.ts'
import { IMAGE_FORMATS, sniffImageFormat } from './image-format.ts'
import { Turnstile } from './turnstile.ts'

/** Edge lengths in pixels: for a profile page, for lists on fine screens, for small marks. */
export const AVATAR_SIZES = [512, 192, 64] as const

export interface AvatarPicture {
  /** Of both edges. */
  readonly sizePixels: (typeof AVATAR_SIZES)[number]
  readonly contentType: 'image/webp'
  readonly content: Buffer
}

export interface Avatar {
  /** The largest first. */
  readonly pictures: readonly AvatarPicture[]
}

export interface AvatarMakerOptions {
  readonly inputLimitBytes?: number
  /** Width times height of the input, as its header says; nothing above it is decoded. */
  readonly inputLimitPixels?: number
  /** From the turn of an image to its pictures. */
  readonly timeoutMs?: number
  /** How many images are decoded at a time: each takes up to 4 bytes a pixel. */
  readonly concurrencyLimit?: number
  /** How many may wait for their turn. */
  readonly queueLimit?: number
}

const DEFAULTS = {
  inputLimitBytes: 10_485_760,
  inputLimitPixels: 50_000_000,
  timeoutMs: 10_000,
  concurrencyLimit: 2,
  queueLimit: 32,
} as const satisfies Required<AvatarMakerOptions>

/** Makes avatars of what people upload. One a process: its limits hold for all that it makes. */
export class AvatarMaker {
  readonly #options: Required<AvatarMakerOptions>
  readonly #turnstile: Turnstile

  constructor(options: AvatarMakerOptions = {}) {
    this.#options = Object.freeze({ ...DEFAULTS, ...options })
    this.#turnstile = new Turnstile({ ...this.#options, refuse: imageBusy })
  }

  /**
   * Squares of the input's middle, upright, of its first frame, in sRGB, encoded anew and without metadata: nothing of
   * the file that was uploaded is passed on. The input is read once its turn has come: those in line take no memory.
   * @throws OBJECTS_IMAGE_INVALID, _UNSUPPORTED, _TOO_LARGE, _TOO_MANY_PIXELS, _TIMED_OUT, _BUSY, or what the stream throws
   */
  async make(input: Uint8Array | AsyncIterable<Uint8Array>, { signal }: Waiting): Promise<Avatar> {
    return this.#turnstile.pass(
      async () => {
        const content = await collect(input, { limitBytes: this.#options.inputLimitBytes, signal })
        if (sniffImageFormat(content) === undefined) throw imageUnsupported(IMAGE_FORMATS)
        return this.#draw(content, { signal })
      },
      { signal },
    )
  }

  async #draw(content: Buffer, { signal }: Waiting): Promise<Avatar> {
    const { inputLimitPixels, timeoutMs } = this.#options
    const source = await openImage(content, { inputLimitPixels, timeoutMs })
    try {
      refuseShape(await source.metadata(), { content, inputLimitPixels })
      signal.throwIfAborted()
      return await drawAll(source, { timeoutMs, signal })
    } catch (cause) {
      throw imageFailure(cause, { inputLimitPixels, timeoutMs })
    }
  }
}

interface Limits {
  readonly inputLimitPixels: number
  readonly timeoutMs: number
}

/** Loaded at the first image: libvips takes megabytes that a service without images should not. */
async function openImage(content: Buffer, { inputLimitPixels, timeoutMs }: Limits): Promise<Sharp> {
  const { default: sharp } = await import('sharp')
  sharp.cache(false) // no image is met twice
  return sharp(content, {
    limitInputPixels: inputLimitPixels,
    failOn: 'error',
    pages: 1,
    sequentialRead: true,
  }).timeout({
    seconds: Math.ceil(timeoutMs / 1_000),
  })
}

/** Before anything is decoded: by the header alone. */
function refuseShape(
  { width, height, format, compression }: Metadata,
  { content, inputLimitPixels }: { readonly content: Buffer; readonly inputLimitPixels: number },
): void {
  const found = format === 'heif' && compression === 'av1' ? 'avif' : format
  if (found !== sniffImageFormat(content)) throw imageUnsupported(IMAGE_FORMATS)
  if (width * height > inputLimitPixels) throw imageTooManyPixels(inputLimitPixels)
}

/** Decodes once, into the largest; the others are made of that one. */
async function drawAll(
  source: Sharp,
  { timeoutMs, signal }: Waiting & { readonly timeoutMs: number },
): Promise<Avatar> {
  const { default: sharp } = await import('sharp')
  const [largest, ...others] = AVATAR_SIZES
  const deadline = AbortSignal.timeout(timeoutMs)
  const square = source.autoOrient().toColourspace('srgb').resize(largest, largest, { fit: 'cover' })
  const { data, info } = await square.raw().toBuffer({ resolveWithObject: true })
  const pictures: AvatarPicture[] = []
  for (const sizePixels of [largest, ...others]) {
    signal.throwIfAborted()
    if (deadline.aborted) throw imageTimedOut(timeoutMs)
    const { width, height, channels } = info
    const picture = sharp(data, { raw: { width, height, channels } }).resize(sizePixels, sizePixels)
    const content = await picture.webp({ quality: 82 }).toBuffer()
    pictures.push({ sizePixels, contentType: 'image/webp', content })
  }
  return { pictures }
}

/** libvips says what is wrong by text alone. */
function imageFailure(cause: unknown, { inputLimitPixels, timeoutMs }: Limits): unknown {
  if (isAppError(cause) || (cause instanceof Error && cause.name.endsWith('Error') && cause.name !== 'Error'))
    return cause
  const words = errorMessage(cause)
  if (/pixel limit|too large|too wide|exceeds/i.test(words)) return imageTooManyPixels(inputLimitPixels)
  if (/timeout/i.test(words)) return imageTimedOut(timeoutMs, cause)
  return imageInvalid(cause)
}

interface Collecting extends Waiting {
  readonly limitBytes: number
}

async function collect(
  input: Uint8Array | AsyncIterable<Uint8Array>,
  { limitBytes, signal }: Collecting,
): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let sizeBytes = 0
  for await (const piece of input instanceof Uint8Array ? [input] : input) {
    signal.throwIfAborted()
    sizeBytes += piece.byteLength
    if (sizeBytes > limitBytes) throw imageTooLarge(limitBytes)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
