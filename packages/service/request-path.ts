/** The path without its query, which may hold a secret and therefore stays out of logs and answers. */
export function pathOf(url: string): string {
  const end = url.indexOf('?')
  return end === -1 ? url : url.slice(0, end)
}
