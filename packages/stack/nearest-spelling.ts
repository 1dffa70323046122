import { distance } from 'fastest-levenshtein'

/**
 * The candidate that a person most likely meant.
 * @returns undefined when nothing is close: a wrong guess misleads more than none
 */
export function nearestSpelling(written: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(written.length / 3))
  let best: { readonly candidate: string; readonly edits: number } | undefined
  for (const candidate of candidates) {
    const edits = editsBetween(written.toLowerCase(), candidate.toLowerCase())
    if (edits <= limit && (best === undefined || edits < best.edits)) best = { candidate, edits }
  }
  return best?.candidate
}

/** Levenshtein distance, but letters in the wrong order count as one slip: "tpc" is "tcp", not two other letters. */
function editsBetween(written: string, candidate: string): number {
  const isReordered = sortedLetters(written) === sortedLetters(candidate)
  return written !== candidate && isReordered ? 1 : distance(written, candidate)
}

function sortedLetters(word: string): string {
  return word.split('').sort().join('')
}
