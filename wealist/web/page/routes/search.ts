export interface EntrySearch {
  /** Where to go once signed in: a path of our own pages, which is checked where it is used. */
  readonly next?: string
  /** The code of what went wrong at a provider. */
  readonly error?: string
}

export function parseEntrySearch({ next, error }: Readonly<Record<string, unknown>>): EntrySearch {
  return {
    ...(typeof next === 'string' ? { next } : {}),
    ...(typeof error === 'string' ? { error } : {}),
  }
}
