import { useLocation } from '@tanstack/react-router'
import { fragmentOf } from './fragment.ts'

/** A parameter of the address's fragment, which servers and logs don't see. */
export function useFragment(name: string): string | undefined {
  return useLocation({ select: ({ hash }) => fragmentOf(hash, name) })
}
