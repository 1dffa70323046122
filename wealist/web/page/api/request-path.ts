/** What is put into a path and behind it. */
export interface PathParts {
  readonly path?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number>>
}

/**
 * The path of an operation with its parameters in place, each as one segment whatever is in it.
 * @param template such as `/api/users/workspaces/{workspaceId}`
 */
export function requestPath(template: string, { path = {}, query = {} }: PathParts): string {
  const filled = template.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => segment(path[name] ?? ''))
  const search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString()
  return search === '' ? filled : `${filled}?${search}`
}

/** `..` is a step upwards however it is encoded (URL Standard, "double-dot URL path segment"), unless it is twice. */
function segment(value: string): string {
  return /^\.{1,2}$/.test(value) ? value.replaceAll('.', '%252E') : encodeURIComponent(value)
}
