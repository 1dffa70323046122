const LENGTH_LIMIT = 1_024
// No backslash, which browsers read as a slash (URL Standard, "special authority slashes state"), and nothing that a
// header could not carry.
const FORM = /^\/(?!\/)[!-[\]-~]*$/
const SOME_ORIGIN = 'http://localhost'

/**
 * A place within our own pages: a path with its query and fragment, as the URL parser understands it. Whatever could
 * lead to another origin (`//host`, `/\host`, a scheme, a line break) is none.
 */
export function parseLocalPath(text: string | undefined): string | undefined {
  if (text === undefined || text.length > LENGTH_LIMIT || !FORM.test(text)) return undefined
  if (!URL.canParse(text, SOME_ORIGIN)) return undefined
  const { origin, pathname, search, hash } = new URL(text, SOME_ORIGIN)
  // '/.//host' becomes the path '//host', which would be a host if it were read again.
  return origin === SOME_ORIGIN && !pathname.startsWith('//') ? pathname + search + hash : undefined
}
