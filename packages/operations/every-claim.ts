import { type ClaimFilter, isLive, type LiveClaim } from '@portolan/registry'
import type { OperationContext } from './operation.ts'

const PAGE = 1_000

/** Every live claim that the filter lets through, however many pages they are. */
export async function listEveryClaim(
  filter: ClaimFilter,
  { registry, signal }: Pick<OperationContext, 'registry' | 'signal'>,
): Promise<readonly LiveClaim[]> {
  const found: LiveClaim[] = []
  let after: number | undefined = 0
  while (after !== undefined) {
    const { claims, next } = await registry.listClaims(filter, { limit: PAGE, after, signal })
    found.push(...claims.filter((claim) => isLive(claim)))
    after = next
  }
  return found
}
