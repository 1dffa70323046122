import { OWN_COOKIE_PREFIX } from './cookie-firewall.ts'
import { cookieAmbiguous } from './errors.ts'
import type { NoteSeal } from './sealed-note.ts'

/** A cookie in use is made anew so often, so that it is younger than the list of ended sessions goes back. */
const RENEWED_AFTER_MS = 120_000
/** After this the platform is asked anew, however busy the page was. */
const LONGEST_MS = 12 * 3_600_000

export const SESSION_COOKIE = `${OWN_COOKIE_PREFIX}session`

/** Who is signed in on one preview host. */
export interface PreviewSession {
  readonly userId: string
  /** The platform's session, with which this one ends. */
  readonly sessionId: string
  /** The label of the one host that it is for. */
  readonly label: string
  /** When the platform was asked. */
  readonly startedAtMs: number
  /** When this cookie was made: the platform's session had not ended then. */
  readonly madeAtMs: number
}

export function startPreviewSession(who: Pick<PreviewSession, 'userId' | 'sessionId' | 'label'>): PreviewSession {
  const nowMs = Date.now()
  return { ...who, startedAtMs: nowMs, madeAtMs: nowMs }
}

/** Whether the platform has to be asked anew who that is. */
export function isSpent({ startedAtMs }: Pick<PreviewSession, 'startedAtMs'>): boolean {
  return startedAtMs + LONGEST_MS <= Date.now()
}

/** The session in a cookie made now, or undefined while the present one will do. Its end stays where it is. */
export function renewed(session: PreviewSession): PreviewSession | undefined {
  const nowMs = Date.now()
  return nowMs - session.madeAtMs < RENEWED_AFTER_MS ? undefined : { ...session, madeAtMs: nowMs }
}

export function formatSession(seal: NoteSeal, session: PreviewSession): string {
  const { userId: u, sessionId: s, label: h, startedAtMs: b, madeAtMs: m } = session
  return formatCookie(SESSION_COOKIE, seal.seal('session', { u, s, h, b, m }), b + LONGEST_MS - Date.now())
}

/**
 * Who the cookie of a request says is signed in on that host.
 * @throws GATEWAY_COOKIE_AMBIGUOUS when there are two: somebody may have tossed one in, and neither is chosen
 */
export function findSession(seal: NoteSeal, cookies: readonly string[], label: string): PreviewSession | undefined {
  const text = findCookie(cookies, SESSION_COOKIE)
  const note = text === undefined ? undefined : seal.open('session', text)
  if (note === undefined) return undefined
  const { u, s, h, b, m } = note
  if (typeof u !== 'string' || typeof s !== 'string' || h !== label) return undefined
  if (typeof b !== 'number' || typeof m !== 'number') return undefined
  const session = { userId: u, sessionId: s, label, startedAtMs: b, madeAtMs: m }
  return isSpent(session) ? undefined : session
}

/** @throws GATEWAY_COOKIE_AMBIGUOUS */
export function findCookie(cookies: readonly string[], name: string): string | undefined {
  const found = cookiePairs(cookies).filter((pair) => pair.startsWith(`${name}=`))
  if (found.length > 1) throw cookieAmbiguous(name)
  return found[0]?.slice(name.length + 1)
}

/** @param cookies the values of all Cookie headers: HTTP/2 may send one for each cookie (RFC 9113 §8.2.3) */
export function cookiePairs(cookies: readonly string[]): readonly string[] {
  return cookies.flatMap((line) => line.split(';')).map((pair) => pair.trim())
}

/** A `Set-Cookie` value for this one host alone. With 0 the browser forgets it. */
export function formatCookie(name: string, value: string, forMs: number): string {
  // Lax and not Strict: whoever follows a link to a preview from a mail is signed in on it.
  const seconds = Math.max(0, Math.floor(forMs / 1_000))
  return `${name}=${value}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=${seconds}`
}
