import { fragmentOf } from './fragment.ts'

const STORE_KEY = 'wealist.invitation'

/** The page of invitations. Its token stays out of every query, which servers write down. */
export const INVITATION_PATH = '/invitation'

/** Keeps an invitation's token while its reader signs in or up in this tab. */
export function keepInvitation(token: string): void {
  try {
    sessionStorage.setItem(STORE_KEY, token)
  } catch (error) {
    if (!(error instanceof DOMException)) throw error // without storage the link has to be opened once more
  }
}

export function pendingInvitation(): string | undefined {
  try {
    return sessionStorage.getItem(STORE_KEY) ?? undefined
  } catch (error) {
    if (error instanceof DOMException) return undefined
    throw error
  }
}

export function forgetInvitation(): void {
  try {
    sessionStorage.removeItem(STORE_KEY)
  } catch (error) {
    if (!(error instanceof DOMException)) throw error // then there is none either
  }
}

/** Where to go after the mail of a sign-up, which is opened in another tab: there the token has to be in the path. */
export function nextWithToken(next: string): string {
  const token = pendingInvitation()
  return next === INVITATION_PATH && token !== undefined ? `${next}#token=${token}` : next
}

/** The other way round, in the tab that the mail has opened: keeps the token here, and gives back a path without it. */
export function nextWithoutToken(next: string): string {
  const { pathname, hash } = new URL(next, 'http://localhost')
  const token = pathname === INVITATION_PATH ? fragmentOf(hash, 'token') : undefined
  if (token === undefined) return next
  keepInvitation(token)
  return INVITATION_PATH
}
