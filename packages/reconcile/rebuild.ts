import { type Container, sightingsOfContainers } from '@portolan/observe'
import type { NumberFloor } from '@portolan/registry'
import { type Adoption, candidateOf, chooseSteps, requireSeen } from './adoption.ts'
import { attribute } from './attribution.ts'
import type { HostLook, Seen } from './host-look.ts'
import { RuleBook } from './rule.ts'

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
 * The adoption of a host of which the registry knows nothing, from its labels: of containers that have ended too, for
 * they may start again on the ports that they had. Every new token and claim number is above all that a label shows, and
 * far above, so that no token of the lost registry is ever given again: whoever still shows one is refused.
 * @throws RECONCILE_HOST_SILENT when an observer did not answer
 */
export function planRebuild(look: HostLook): Rebuild {
  requireSeen(look)
  const ended = endedOf(look)
  const labelled = [...look.seen, ...ended].filter(({ owner }) => owner?.by === 'label')
  const known = [...look.seen.filter(({ owner }) => owner !== undefined), ...ended]
  const adoption = chooseSteps(
    look,
    known.flatMap((seen) => candidateOf(look, seen)),
  )
  return { ...adoption, floor: floorOf(labelled) }
}

/** The ports that containers which have ended would have open. */
function endedOf({ observation }: HostLook): readonly Seen[] {
  if (observation.state !== 'seen') return []
  const wished = observation.containers.filter(({ isRunning }) => !isRunning).map(asRunning)
  const none = new RuleBook([])
  const seen = sightingsOfContainers(wished).map((sighting) => ({ sighting, owner: attribute(sighting, none) }))
  return seen.filter(({ owner }) => owner !== undefined)
}

function asRunning(container: Container): Container {
  return { ...container, isRunning: true }
}

function floorOf(labelled: readonly Seen[]): NumberFloor | undefined {
  const tokens = labelled.flatMap(({ owner }) => owner?.token ?? [])
  const claimIds = labelled.flatMap(({ owner }) => owner?.claimId ?? [])
  if (tokens.length === 0 && claimIds.length === 0) return undefined
  return { token: above(Math.max(0, ...tokens), TOKEN_STEP), claimId: above(Math.max(0, ...claimIds), CLAIM_STEP) }
}

function above(number: number, step: number): number {
  return (Math.floor(number / step) + 1) * step
}
