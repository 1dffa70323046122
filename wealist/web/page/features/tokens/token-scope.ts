import type { Scope } from '../../api/contract.ts'

/** The least first; each includes the ones before it, so that one says it all. */
export const SCOPES = ['read', 'write', 'admin'] as const satisfies readonly Scope[]

export function isScope(text: string): text is Scope {
  return SCOPES.some((scope) => scope === text)
}

export function highestScope(scopes: readonly Scope[]): Scope {
  return SCOPES.findLast((scope) => scopes.includes(scope)) ?? 'read'
}
