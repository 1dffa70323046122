import { isInert } from './media-type.ts'

export const DISPOSITIONS = ['attachment', 'inline'] as const
/** Whether a browser saves an object or shows it. */
export type Disposition = (typeof DISPOSITIONS)[number]

interface Answer {
  readonly disposition: Disposition
  readonly contentType: string
  readonly fileName?: string
}

/**
 * The `Content-Disposition` of an answer (RFC 6266). What could run in the origin is saved even when it was to be
 * shown: an uploaded page or SVG must never act for whoever opens it.
 */
export function contentDisposition({ disposition, contentType, fileName }: Answer): string {
  const kind = disposition === 'inline' && isInert(contentType) ? 'inline' : 'attachment'
  if (fileName === undefined || fileName === '') return kind
  const ascii = fileName
    .normalize('NFKD')
    .replace(/[^\x20-\x7e]/g, '_')
    .replace(/["\\%/]/g, '_')
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encodeExtended(fileName)}`
}

/** `ext-value` of RFC 8187 §3.2.1: four characters that encodeURIComponent leaves are not allowed there. */
function encodeExtended(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
