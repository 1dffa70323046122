import type { Answer } from '../answer.ts'
import { type Fields, fieldValues } from '../http1/fields.ts'
import type { FieldLine } from './cookie-firewall.ts'

/** Shorter than what browsers allow at most: a changed declaration should be felt soon. */
const PREFLIGHT_KEPT_S = 60

/**
 * The answer to a preflight of a declared sibling. Browsers send no cookie with it (Fetch Standard, "CORS-preflight
 * fetch"), so that whoever asked for a sign-in here would break every such request.
 */
export function preflightAnswer(origin: string, fields: Fields): Answer {
  const [method = ''] = fieldValues(fields, 'access-control-request-method')
  const [asked] = fieldValues(fields, 'access-control-request-headers')
  const headers = [
    'Access-Control-Allow-Origin',
    origin,
    'Access-Control-Allow-Credentials',
    'true',
    'Access-Control-Allow-Methods',
    method,
    ...(asked === undefined ? [] : ['Access-Control-Allow-Headers', asked]),
    'Access-Control-Max-Age',
    String(PREFLIGHT_KEPT_S),
    'Vary',
    'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
    ...(fields.names.includes('access-control-request-private-network')
      ? ['Access-Control-Allow-Private-Network', 'true']
      : []),
  ]
  return { status: 204, headers, body: '' }
}

/**
 * What lets a page of a declared sibling read an answer. They stand in place of the app's own: a star, as many a
 * development server sends, is refused by browsers together with cookies.
 */
export function readableBy(origin: string): readonly FieldLine[] {
  return [
    { name: 'Access-Control-Allow-Origin', value: origin },
    { name: 'Access-Control-Allow-Credentials', value: 'true' },
    { name: 'Vary', value: 'Origin', adds: true },
  ]
}
