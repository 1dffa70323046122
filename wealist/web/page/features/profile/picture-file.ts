import { AppError } from '@portolan/errors'

/** What the service reads. */
export const PICTURE_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif'] as const
export const PICTURE_LIMIT_BYTES = 10_485_760

export interface PictureFacts {
  readonly contentType: (typeof PICTURE_TYPES)[number]
  readonly sizeBytes: number
}

/**
 * What the service is told of a file before it gets it. Says at once what the service would say after the upload.
 * @throws USER_AVATAR_UNSUPPORTED, USER_AVATAR_TOO_LARGE
 */
export function pictureFactsOf({ type, size }: Pick<File, 'type' | 'size'>): PictureFacts {
  const contentType = PICTURE_TYPES.find((known) => known === type)
  if (contentType === undefined) {
    throw new AppError('USER_AVATAR_UNSUPPORTED', `"${type}" is no picture that is taken. Choose another file.`)
  }
  if (size > PICTURE_LIMIT_BYTES) {
    const message = `The picture has ${size} bytes, more than ${PICTURE_LIMIT_BYTES}. Choose a smaller one.`
    throw new AppError('USER_AVATAR_TOO_LARGE', message)
  }
  return { contentType, sizeBytes: size }
}
