import { errorCode } from '@portolan/errors'
import { type Claim, claimMissing, type HeldFilter, notOwner, requestInvalid } from '@portolan/registry'
import Type, { type Static } from 'typebox'
import { coversProject } from './caller.ts'
import { DEFAULT_KIND, FIELDS, inputOf } from './fields.ts'
import type { OperationContext } from './operation.ts'

/** By what a claim is named: its number, or who holds it for what. */
export const CLAIM_NAMING = {
  claimId: Type.Optional(FIELDS.claimId),
  project: Type.Optional(FIELDS.project),
  environment: Type.Optional(FIELDS.environment),
  kind: Type.Optional(FIELDS.kind),
  purpose: Type.Optional(FIELDS.purpose),
  transport: Type.Optional(FIELDS.transport),
  host: Type.Optional(FIELDS.host),
} as const

const NAMING = inputOf(CLAIM_NAMING)
export type ClaimNaming = Static<typeof NAMING>

/** A claim, and the project in whose name it is changed. */
export interface NamedClaim {
  readonly claim: Claim
  readonly project: string
}

/**
 * The live claim that was named; by its number also one that is released.
 * @throws REGISTRY_CLAIM_MISSING, REGISTRY_PROJECT_MISSING, REGISTRY_NOT_OWNER for a caller who is good for another
 *   project, REGISTRY_REQUEST_INVALID when too little was named
 */
export async function namedClaim(naming: ClaimNaming, context: OperationContext): Promise<NamedClaim> {
  const { registry, caller, signal } = context
  const { claimId } = naming
  if (claimId === undefined) {
    const claim = await registry.getHeld(heldFilter(naming), { signal })
    return { claim, project: claim.project }
  }
  const claim = await registry.findClaim(claimId, { signal })
  if (claim === undefined) throw claimMissing(claimId)
  const { project = claim.project } = naming
  if (!coversProject(caller, project)) throw notOwner(claim, caller.name)
  return { claim, project }
}

/** The same, or else the last one of that name that was released: so that releasing twice is no fault. */
export async function namedOrReleasedClaim(naming: ClaimNaming, context: OperationContext): Promise<NamedClaim> {
  try {
    return await namedClaim(naming, context)
  } catch (error) {
    if (naming.claimId !== undefined || errorCode(error) !== 'REGISTRY_PROJECT_MISSING') throw error
    const claim = await findLastReleased(heldFilter(naming), context)
    if (claim === undefined) throw error
    return { claim, project: claim.project }
  }
}

const PAGE = 1_000

async function findLastReleased(
  filter: HeldFilter,
  { registry, signal }: OperationContext,
): Promise<Claim | undefined> {
  const wanted = { purpose: 'main', transport: 'tcp', ...filter, state: 'released' } as const
  let last: Claim | undefined
  let after: number | undefined
  do {
    const page = { limit: PAGE, signal, ...(after === undefined ? {} : { after }) }
    const { claims, next } = await registry.listClaims(wanted, page)
    last = claims.at(-1) ?? last
    after = next
  } while (after !== undefined)
  return last
}

function heldFilter({ project, environment, kind = DEFAULT_KIND, ...rest }: ClaimNaming): HeldFilter {
  if (project !== undefined && environment !== undefined) return { ...withoutClaimId(rest), project, environment, kind }
  const fields = { project, environment }
  const missing = Object.entries(fields).flatMap(([field, value]) => (value === undefined ? [field] : []))
  throw requestInvalid(missing.map((field) => ({ field, expected: 'given, or "claimId" in place of both' })))
}

function withoutClaimId({ purpose, transport, host }: ClaimNaming) {
  return {
    ...(purpose === undefined ? {} : { purpose }),
    ...(transport === undefined ? {} : { transport }),
    ...(host === undefined ? {} : { host }),
  }
}
