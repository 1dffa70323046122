import { publicOriginInvalid } from './errors.ts'
import type { RequestHeaders } from './request-headers.ts'

/** Where a request comes from: our own pages, somebody else's, or it does not say. */
export type OriginVerdict = 'own' | 'foreign' | 'unknown'

/**
 * Decides by `Origin`, and by `Sec-Fetch-Site` only where there is none, as in a page's own GET (Fetch Standard,
 * "Origin header"; Fetch Metadata §2.3). Neither can be set by a page's script. Only 'own' may be let through.
 * @param publicOrigin as `parsePublicOrigin` gives it
 */
export function checkOrigin(headers: RequestHeaders, publicOrigin: string): OriginVerdict {
  const { origin } = headers
  // The whole string or nothing: no prefix, no suffix, no case folding. "null" is the origin of a sandbox.
  if (origin !== undefined) return origin === publicOrigin ? 'own' : 'foreign'
  const site = headers['sec-fetch-site']
  if (site === undefined) return 'unknown'
  return site === 'same-origin' ? 'own' : 'foreign'
}

const SAFE_METHODS: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS'])

/** True for what changes nothing (RFC 9110 §9.2.1). TRACE is not among them: nobody here needs it. */
export function isSafeMethod(method: string | undefined): boolean {
  return SAFE_METHODS.has(method)
}

/**
 * The origin as browsers write it: lower case, without a default port.
 * @throws IDENTITY_PUBLIC_ORIGIN_INVALID for what has a path, a query or a user, or is not http or https
 */
export function parsePublicOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.href !== `${url.origin}/`) {
    throw publicOriginInvalid(text)
  }
  return url.origin
}
