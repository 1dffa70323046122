import { keyInvalid } from './errors.ts'

/** What keys begin with: the layout of weAlist's bucket. */
export const OBJECT_AREAS = ['profiles', 'boards', 'storage', 'video'] as const
const AREAS: ReadonlySet<string> = new Set(OBJECT_AREAS)

export const KEY_LIMIT = 512
const SEGMENT_LIMIT = 128
// Neither "." nor ".." nor hidden files; nothing that a URL, a shell, a file system or S3 reads as something else.
const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/

/**
 * Checks a key: an area of the layout, its owner's id, and at least a name: `profiles/{userId}/avatar.webp`.
 * Letters, digits, `.`, `_` and `-` only, so that it means the same in a URL, on every disk and on S3.
 * @throws OBJECTS_KEY_INVALID
 */
export function parseObjectKey(text: string): string {
  const segments = text.split('/')
  const reason = text.length > KEY_LIMIT ? `it is longer than ${KEY_LIMIT} characters` : faultOf(segments)
  if (reason !== undefined) throw keyInvalid('key', reason)
  if (segments.length < 3) throw keyInvalid('key', 'it has fewer than three parts')
  return text
}

/**
 * Checks what keys are listed by. It ends at a part's boundary, so that `profiles/1/` never lists `profiles/10/`.
 * @throws OBJECTS_KEY_INVALID
 */
export function parseKeyPrefix(text: string): string {
  if (text.length > KEY_LIMIT) throw keyInvalid('prefix', `it is longer than ${KEY_LIMIT} characters`)
  if (!text.endsWith('/')) throw keyInvalid('prefix', 'it does not end with "/"')
  const reason = faultOf(text.slice(0, -1).split('/'))
  if (reason !== undefined) throw keyInvalid('prefix', reason)
  return text
}

function faultOf(segments: readonly string[]): string | undefined {
  if (!AREAS.has(segments[0] ?? '')) return 'it begins with none of the areas'
  if (segments.some((segment) => segment.length > SEGMENT_LIMIT)) return `a part has over ${SEGMENT_LIMIT} characters`
  if (!segments.every((segment) => SEGMENT.test(segment))) {
    return 'a part is empty, begins with "." or "-", or holds something else than A–Z, a–z, 0–9, ".", "_" and "-"'
  }
  return undefined
}
