import { localPathOf } from './local-path.ts'
import { useSearchText } from './use-search-text.ts'

interface Next {
  /** Where the person wanted to go. */
  readonly next: string
  /** The same as the query of a link to another entry page. */
  readonly search: { readonly next?: string }
}

export function useNext(): Next {
  const next = localPathOf(useSearchText('next'))
  return { next, search: searchOfNext(next) }
}

export function searchOfNext(next: string): Next['search'] {
  return next === '/' ? {} : { next }
}
