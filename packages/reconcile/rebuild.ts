import { HIGHEST_FLOOR, type NumberFloor } from '@portolan/registry'
import { type Adoption, chooseSites, requireSeen, stepOf } from './adoption.ts'
import { describeSighting } from './attribution.ts'
import { candidateOf } from './candidate.ts'
import type { Site } from './claimants.ts'
import { numberTooHigh } from './errors.ts'
import type { HostLook, Seen } from './host-look.ts'
import { isOf } from './occupants.ts'

/** What a registry is made of again whose database was lost. */
export interface Rebuild extends Adoption {
  /** To be raised before anything is claimed. Undefined where no label has a number. */
  readonly floor: NumberFloor | undefined
}

// Tokens were given that no label shows: to a deployer that was paused, or whose container never started. At 3,000 a
// second these are four days without one deployment that lived.
const TOKEN_STEP = 1_000_000_000
const CLAIM_STEP = 1_000_000
/**
 * As far as labels are followed that belong to no adopted claim: ten years of 3,000 a second, a thousandth of all there
 * are. A true deployment may be among them, and whoever made the number up gains nothing.
 */
const HIGHEST_UNADOPTED = 1_000_000_000_000

/**
 * The adoption of a host of which the registry knows nothing, from its labels: of containers that have ended too, for
 * they may start again on the ports that they had. Every new token and claim number is above all that the label of an
 * adopted claim shows, and far above, so that no token of the lost registry is ever given again: whoever still shows one
 * is refused.
 * @throws RECONCILE_HOST_SILENT when an observer did not answer, RECONCILE_NUMBER_TOO_HIGH when an adopted claim's label
 * shows a number above which none can be given
 */
export function planRebuild(look: HostLook): Rebuild {
  requireSeen(look)
  const known = [...look.seen, ...look.ended]
  const { sites, left } = chooseSites(
    look,
    known.flatMap((seen) => candidateOf(look, seen)),
  )
  return { steps: sites.map((site) => stepOf(look, site)), left, floor: floorOf(look, sites) }
}

function floorOf(look: HostLook, sites: readonly Site[]): NumberFloor | undefined {
  const labelled = [...look.seen, ...look.ended].filter(({ owner }) => owner?.by === 'label')
  const adopted = new Set(sites.flatMap(({ candidates }) => candidates.map(({ seen }) => seen)))
  const tokens = labelled.flatMap((seen) => numbersOf(look, { seen, isAdopted: adopted.has(seen), number: 'token' }))
  const claimIds = labelled.flatMap((seen) =>
    numbersOf(look, { seen, isAdopted: adopted.has(seen), number: 'claimId' }),
  )
  if (tokens.length === 0 && claimIds.length === 0) return undefined
  return { token: above(Math.max(0, ...tokens), TOKEN_STEP), claimId: above(Math.max(0, ...claimIds), CLAIM_STEP) }
}

interface Shown {
  readonly seen: Seen
  readonly isAdopted: boolean
  readonly number: 'token' | 'claimId'
}

function numbersOf(look: HostLook, { seen, isAdopted, number }: Shown): readonly number[] {
  const { sighting, owner } = seen
  const shown = owner?.[number]
  if (owner === undefined || shown === undefined) return []
  const claim = look.findClaim(sighting.transport, sighting.port)
  const isOfClaim = isAdopted || (claim !== undefined && isOf(claim, owner))
  if (!isOfClaim) return shown <= HIGHEST_UNADOPTED ? [shown] : []
  const step = number === 'token' ? TOKEN_STEP : CLAIM_STEP
  if (above(shown, step) > HIGHEST_FLOOR)
    throw numberTooHigh(look.host, { what: describeSighting(sighting), number, shown })
  return [shown]
}

function above(number: number, step: number): number {
  return (Math.floor(number / step) + 1) * step
}
