/** A path of our own pages, for where to go after signing in; anything else is '/'. */
export function localPathOf(text: unknown): string {
  if (typeof text !== 'string' || !/^\/(?![/\\])/.test(text) || !URL.canParse(text, 'http://localhost')) return '/'
  const { origin, pathname, search, hash } = new URL(text, 'http://localhost')
  return origin === 'http://localhost' && !pathname.startsWith('//') ? pathname + search + hash : '/'
}
