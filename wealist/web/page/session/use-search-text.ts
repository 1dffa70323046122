import { useSearch } from '@tanstack/react-router'

/** A parameter of the address's query, whichever page this is; undefined unless it is a text. */
export function useSearchText(name: string): string | undefined {
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false })
  const value = search[name]
  return typeof value === 'string' ? value : undefined
}
