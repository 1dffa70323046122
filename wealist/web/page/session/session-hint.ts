const STORE_KEY = 'wealist.signed-in'

/**
 * Whether somebody was signed in here when a page was last open. Only a hint, which spares the sign-in page a request
 * that would be refused; the truth is in a cookie that no script can read.
 */
export function hasSessionHint(): boolean {
  try {
    return localStorage.getItem(STORE_KEY) !== null
  } catch (error) {
    if (error instanceof DOMException) return false
    throw error
  }
}

export function setSessionHint(isSignedIn: boolean): void {
  try {
    if (isSignedIn) localStorage.setItem(STORE_KEY, '1')
    else localStorage.removeItem(STORE_KEY)
  } catch (error) {
    if (!(error instanceof DOMException)) throw error // without storage there is no hint, and nothing is lost
  }
}
