import { typeInvalid } from './errors.ts'

// RFC 9110 §8.3.1, without quoted parameters: what browsers and services send.
const TOKEN = "[A-Za-z0-9!#$&^_.+'*|~%`-]+"
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}( ?; ?${TOKEN}=${TOKEN})*$`)

/** What a browser shows without running anything in it. Not SVG, not HTML, not XML; PDF is left to the reader's own. */
const INERT_TYPES: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/gif',
  'image/avif',
  'audio/mpeg',
  'audio/mp4',
  'audio/ogg',
  'audio/wav',
  'audio/webm',
  'video/mp4',
  'video/ogg',
  'video/webm',
  'text/plain',
])

/**
 * @returns the media type in lower case
 * @throws OBJECTS_TYPE_INVALID
 */
export function parseMediaType(text: string): string {
  const trimmed = text.trim()
  if (trimmed.length > 255 || !MEDIA_TYPE.test(trimmed)) throw typeInvalid()
  return trimmed.toLowerCase()
}

/** Whether content of this type may be shown in the page's own origin; all else is only ever saved. */
export function isInert(mediaType: string): boolean {
  return INERT_TYPES.has(mediaType.split(';')[0]?.trim().toLowerCase() ?? '')
}
