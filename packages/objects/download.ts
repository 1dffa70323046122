import type { StoredObject } from './bucket.ts'
import { type ByteRange, parseByteRange } from './byte-range.ts'
import { objectChanged, rangeUnsatisfiable } from './errors.ts'

/** The conditions of a request (RFC 9110 §13, §14), as Node spells its headers. */
export interface Conditions {
  readonly 'if-match'?: string | undefined
  readonly 'if-none-match'?: string | undefined
  readonly 'if-range'?: string | undefined
  readonly range?: string | undefined
}

export type DownloadPlan =
  | { readonly status: 304 }
  | { readonly status: 200; readonly range: 'whole'; readonly lengthBytes: number }
  | { readonly status: 206; readonly range: ByteRange; readonly lengthBytes: number; readonly contentRange: string }

/**
 * What to answer to a request for an object.
 * @throws OBJECTS_CHANGED for another entity tag than If-Match names, OBJECTS_RANGE_UNSATISFIABLE
 */
export function planDownload({ key, etag, sizeBytes }: StoredObject, conditions: Conditions): DownloadPlan {
  const { 'if-match': match, 'if-none-match': noneMatch, 'if-range': ifRange } = conditions
  if (match !== undefined && !names(match, etag)) throw objectChanged(key)
  if (noneMatch !== undefined && names(noneMatch, etag)) return { status: 304 }
  // A range of what the client has the beginning of: of anything else it wants the whole (§13.1.5).
  const isRangeWanted = ifRange === undefined || ifRange.trim() === `"${etag}"`
  const range = parseByteRange(isRangeWanted ? conditions.range : undefined, sizeBytes)
  if (range === 'unsatisfiable') throw rangeUnsatisfiable(sizeBytes)
  if (range === 'whole') return { status: 200, range, lengthBytes: sizeBytes }
  const lengthBytes = range.last - range.first + 1
  return { status: 206, range, lengthBytes, contentRange: `bytes ${range.first}-${range.last}/${sizeBytes}` }
}

function names(header: string, etag: string): boolean {
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === `"${etag}"`)
}
