/** The longest text that the registry takes, such as a version or a reason. */
export const TEXT_LIMIT = 500

/** At most so long, and never half a character of two units, which no database takes. */
export function cutText(text: string, limit = TEXT_LIMIT): string {
  const cut = text.slice(0, limit)
  return cut.isWellFormed() ? cut : cut.slice(0, -1).toWellFormed()
}
