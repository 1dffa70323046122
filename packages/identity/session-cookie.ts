import { cookieAmbiguous } from './errors.ts'

// `__Host-`: the browser takes them only over a secure connection, with Path=/ and without Domain, so that no
// neighbouring subdomain can set or toss them (RFC 6265bis §4.1.3.2). Browsers count http://localhost as secure.
export const ACCESS_COOKIE = '__Host-wealist-access'
export const REFRESH_COOKIE = '__Host-wealist-refresh'

export type SessionCookieName = typeof ACCESS_COOKIE | typeof REFRESH_COOKIE

const ATTRIBUTES = 'Path=/; HttpOnly; Secure; SameSite=Lax'
const VALUE = /^[\w.-]{1,2048}$/ // both kinds of token; nothing in it can end a value, a header or a line

/** A `Set-Cookie` value. @param expiresAt also the end of the token within */
export function formatSessionCookie(name: SessionCookieName, value: string, expiry: CookieExpiry): string {
  if (!VALUE.test(value)) throw new TypeError(`The value of cookie "${name}" is no token.`)
  const seconds = Math.max(0, Math.floor((expiry.expiresAt.getTime() - expiry.now.getTime()) / 1000))
  return `${name}=${value}; ${ATTRIBUTES}; Max-Age=${seconds}`
}

/** Max-Age rather than Expires: the browser's clock need not be right. */
export interface CookieExpiry {
  readonly expiresAt: Date
  readonly now: Date
}

/** The `Set-Cookie` value that makes the browser forget the cookie: the same attributes, or it would not be the same. */
export function formatCookieDeletion(name: SessionCookieName): string {
  return `${name}=; ${ATTRIBUTES}; Max-Age=0`
}

/**
 * The value of one session cookie in a `Cookie` header (RFC 6265 §5.4).
 * @returns undefined when there is none, or an empty one, or one that cannot be a token
 * @throws IDENTITY_COOKIE_AMBIGUOUS when it is there twice: somebody may have tossed one in, and neither is chosen
 */
export function findSessionCookie(header: string | undefined, name: SessionCookieName): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
  if (values.length > 1) throw cookieAmbiguous(name)
  const [value] = values
  return value !== undefined && VALUE.test(value) ? value : undefined
}
