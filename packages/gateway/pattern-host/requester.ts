import { prefersHtml } from '../accept.ts'
import { type Fields, fieldValues } from '../http1/fields.ts'

/** Which page made a browser send a request. `unsaid`: no page, or a program. */
export type Requester =
  | { readonly kind: 'unsaid' | 'own' }
  | { readonly kind: 'sibling'; readonly origin: string }
  | { readonly kind: 'foreign'; readonly origin: string }

export interface Neighbourhood {
  /** The origin of the host that is asked, as a browser writes it. */
  readonly own: string
  /** The origins of the ports that belong together with it. */
  readonly siblings: readonly string[]
}

/**
 * Whose page asks: by Origin; where there is none, as in the loading of an image, by Sec-Fetch-Site and the origin of the
 * Referer. No script of a page can set any of the three (Fetch Standard, "Forbidden request-header").
 */
export function requesterOf(fields: Fields, { own, siblings }: Neighbourhood): Requester {
  const [origin, ...others] = fieldValues(fields, 'origin')
  if (origin !== undefined) return others.length > 0 ? foreign('null') : placed(origin, own, siblings)
  const [site] = fieldValues(fields, 'sec-fetch-site')
  if (site === undefined || site === 'none') return { kind: 'unsaid' }
  if (site === 'same-origin') return { kind: 'own' }
  const [referer = ''] = fieldValues(fields, 'referer')
  return placed(URL.parse(referer)?.origin ?? 'null', own, siblings)
}

// The whole string or nothing: no prefix, no suffix, no case folding. "null" is the origin of a sandbox.
function placed(origin: string, own: string, siblings: readonly string[]): Requester {
  if (origin === own) return { kind: 'own' }
  return siblings.includes(origin) ? { kind: 'sibling', origin } : foreign(origin)
}

function foreign(origin: string): Requester {
  return { kind: 'foreign', origin }
}

/** Whether a person is about to see the answer, so that a redirect to a sign-in leads somewhere. */
export function isNavigation(method: string, fields: Fields): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false
  const [mode] = fieldValues(fields, 'sec-fetch-mode')
  if (mode !== undefined) return mode === 'navigate'
  // A browser sends no Sec-Fetch-Mode over plain HTTP to another machine.
  const [accept] = fieldValues(fields, 'accept')
  return prefersHtml(accept) && !fields.names.includes('x-requested-with') && !fields.names.includes('origin')
}

/** Whether a navigation fills a frame, or anything else within a page, and no tab. */
export function isFramed(fields: Fields): boolean {
  const [destination = 'document'] = fieldValues(fields, 'sec-fetch-dest')
  return destination !== 'document'
}

/** Whether a browser asks beforehand what a page of another origin may do (Fetch Standard, "CORS-preflight request"). */
export function isPreflight(method: string, fields: Fields): boolean {
  return (
    method === 'OPTIONS' && fields.names.includes('origin') && fields.names.includes('access-control-request-method')
  )
}
