import { AppError, isAppError } from '@portolan/errors'
import { bandFull } from '@portolan/registry'
import Type, { type Static } from 'typebox'
import { type Caller, coversAll, coversProject } from './caller.ts'
import { matches } from './schema-match.ts'

/** Of another project's claim, what it takes to keep out of its way. */
const HOLDER = Type.Object({
  claimId: Type.Integer(),
  host: Type.String(),
  transport: Type.String(),
  ports: Type.String(),
  project: Type.String(),
})
const OVERLAP = Type.Object({ ports: Type.String(), holder: HOLDER })
const FULL_BAND = Type.Object({
  host: Type.String(),
  band: Type.String(),
  ports: Type.String(),
  wanted: Type.String(),
  skippedCounts: Type.Record(Type.String(), Type.Integer()),
  holders: Type.Array(
    Type.Object({
      claimId: Type.Integer(),
      project: Type.String(),
      holder: Type.String(),
      ports: Type.String(),
      since: Type.String(),
      looksDead: Type.Array(Type.String()),
    }),
  ),
})

/**
 * A refusal as one caller may see it: who is in his way by host, ports, project and number of the claim; environment,
 * kind, purpose and signs of life only of claims that he is good for.
 */
export function errorSeenBy(caller: Caller, error: unknown): unknown {
  if (!isAppError(error) || coversAll(caller)) return error
  const { details } = error
  switch (error.code) {
    case 'REGISTRY_NOT_OWNER':
      return matches(HOLDER, details) ? withDetails(error, { ...holderSeenBy(caller, details) }) : error
    case 'REGISTRY_CLAIM_OVERLAPS':
      if (!matches(OVERLAP, details)) return error
      return withDetails(error, { ports: details.ports, holder: holderSeenBy(caller, details.holder) })
    case 'REGISTRY_BAND_FULL':
      if (!matches(FULL_BAND, details)) return error
      return bandFull({ ...details, holders: bandHoldersSeenBy(caller, details.holders) })
    default:
      return error
  }
}

function withDetails(error: AppError, details: Readonly<Record<string, unknown>>): AppError {
  const { code, message, status, cause } = error
  return new AppError(code, message, { status, cause, details })
}

function holderSeenBy(caller: Caller, holder: Static<typeof HOLDER>): Static<typeof HOLDER> {
  if (coversProject(caller, holder.project)) return holder
  const { claimId, host, transport, ports, project } = holder
  return { claimId, host, transport, ports, project }
}

type BandHolder = Static<typeof FULL_BAND>['holders'][number]

/** What looks dead comes first, so the order would tell it too. */
function bandHoldersSeenBy(caller: Caller, holders: readonly BandHolder[]): readonly BandHolder[] {
  const seen = holders.map((holder) => {
    return coversProject(caller, holder.project) ? holder : { ...holder, holder: holder.project, looksDead: [] }
  })
  return seen.toSorted((a, b) => b.looksDead.length - a.looksDead.length || a.claimId - b.claimId)
}
