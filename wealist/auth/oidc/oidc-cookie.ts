import { createRandomToken } from '../random-token.ts'

/** Binds a sign-in by a provider to the browser that began it: an answer that somebody else was given is no use here. */
export const OIDC_COOKIE = '__Host-wealist-oidc'

const ATTRIBUTES = 'Path=/; HttpOnly; Secure; SameSite=Lax'
const VALUE = /^[\w-]{43}$/
const LIFETIME_S = 3_600

/** @returns undefined when there is none, or more than one */
export function findOidcCookie(header: string | undefined): string | undefined {
  const values = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${OIDC_COOKIE}=`))
    .map((pair) => pair.slice(OIDC_COOKIE.length + 1))
  const [value] = values
  return values.length === 1 && value !== undefined && VALUE.test(value) ? value : undefined
}

/** The secret of this browser: the one it has, so that two tabs may sign in at once, or a new one. */
export function browserSecretOf(header: string | undefined): string {
  return findOidcCookie(header) ?? createRandomToken().text
}

export function formatOidcCookie(secret: string): string {
  return `${OIDC_COOKIE}=${secret}; ${ATTRIBUTES}; Max-Age=${LIFETIME_S}`
}
