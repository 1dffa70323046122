import { expect, test } from 'vitest'
import { PICTURE_LIMIT_BYTES, pictureFactsOf } from './picture-file.ts'

test.for([
  { type: 'image/svg+xml', size: 10, code: 'USER_AVATAR_UNSUPPORTED' },
  { type: '', size: 10, code: 'USER_AVATAR_UNSUPPORTED' },
  { type: 'image/png', size: PICTURE_LIMIT_BYTES + 1, code: 'USER_AVATAR_TOO_LARGE' },
])('a file of type "$type" and $size bytes is refused before it is uploaded', ({ code, ...file }) => {
  expect(() => pictureFactsOf(file)).toThrow(expect.objectContaining({ code }))
})

test('a picture of the largest size is let through', () => {
  const facts = { contentType: 'image/avif', sizeBytes: PICTURE_LIMIT_BYTES }
  expect(pictureFactsOf({ type: 'image/avif', size: PICTURE_LIMIT_BYTES })).toEqual(facts)
})
