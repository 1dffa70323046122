let isFirst = true

/**
 * Whether a page that has just appeared may take the focus: yes after a link was followed within the app, no when the
 * browser has loaded it, which begins at the top by itself.
 */
export function claimArrival(): boolean {
  const wasFirst = isFirst
  isFirst = false
  return !wasFirst
}
