const LONGEST = 60

/** A value from a file inside a message: in quotes, on one line, and not longer than a person reads. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text)
}

/** Several of them, as `"a", "b"`. */
export function quotedList(texts: readonly string[]): string {
  return texts.map(quoted).join(', ')
}
