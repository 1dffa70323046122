import { PORTOLAN_LABELS } from '@portolan/observe'
import { formatPortRange, type PortRange, rangesOverlap, type Transport } from '@portolan/ports'
import type { LiveClaim, PlanStep } from '@portolan/registry'
import { describeSighting } from './attribution.ts'
import { bySurety, type Candidate, candidateOf, needKey } from './candidate.ts'
import { type Site, settleNeeds } from './claimants.ts'
import { cutText } from './cut-text.ts'
import { hostSilent } from './errors.ts'
import type { HostLook } from './host-look.ts'
import { listOccupants } from './occupants.ts'

/** One claim that would be made of what runs. */
export interface AdoptionStep {
  readonly step: Extract<PlanStep, { type: 'claim' }>
  readonly by: 'label' | 'rule'
  readonly evidence: readonly string[]
}

/** Something whose owner is known, and that cannot be claimed for it. */
export interface LeftAlone {
  readonly ports: PortRange
  readonly transport: Transport
  readonly project: string
  readonly reason: string
}

/** What could be adopted: nothing is ever freed. */
export interface Adoption {
  readonly steps: readonly AdoptionStep[]
  readonly left: readonly LeftAlone[]
}

/**
 * Claims for everything that is open, that nobody has claimed and whose owner is known by label or rule. A half of a pair
 * brings its pair. Where two places contradict each other about one need, neither is claimed, and both are told. Adds
 * claims only: what is closed stays claimed, for one look is no proof.
 * @throws RECONCILE_HOST_SILENT when an observer did not answer
 */
export function planAdoption(look: HostLook): Adoption {
  requireSeen(look)
  const { sites, left } = chooseSites(
    look,
    look.seen.flatMap((seen) => candidateOf(look, seen)),
  )
  return { steps: sites.map((site) => stepOf(look, site)), left }
}

/** @throws RECONCILE_HOST_SILENT */
export function requireSeen({ host, observation }: HostLook): void {
  if (observation.state === 'seen') return
  const [first] = observation.silent
  throw hostSilent(host, first?.observer ?? 'nobody', observation.cause)
}

/** What is to be claimed, the surest first, and what is not. */
export interface ChosenSites {
  readonly sites: readonly Site[]
  readonly left: readonly LeftAlone[]
}

export function chooseSites(look: HostLook, candidates: readonly Candidate[]): ChosenSites {
  const left: LeftAlone[] = []
  const leave = ({ range, need: { transport, project } }: Pick<Site, 'range' | 'need'>, reason: string) =>
    left.push({ ports: range, transport, project, reason })
  const possible = candidates.filter((candidate) => {
    const reason = impossibilityOf(look, candidate)
    if (reason !== undefined) leave(candidate, reason)
    return reason === undefined
  })
  const settled = settleNeeds(possible)
  for (const { site, others } of settled) for (const other of others) leave(other, disputeOf(other, site, others))
  const sites: Site[] = []
  const believed = settled.flatMap(({ site }) => site ?? [])
  for (const site of believed.toSorted((a, b) => bySurety(a.first, b.first))) {
    const reason = obstacleOf(look, site, sites)
    if (reason === undefined) sites.push(site)
    else leave(site, reason)
  }
  return { sites, left }
}

function impossibilityOf(look: HostLook, { need, range, seen, shape }: Candidate): string | undefined {
  if (range.first < 1 || (shape === 'pair' && range.first % 2 === 1)) {
    return `${describeSighting(seen.sighting)} says ${seen.owner?.half ?? 'pair'}, which ${seen.sighting.port} is not`
  }
  const own = look.claims.find((claim) => needKey(claim) === needKey(need))
  return own === undefined
    ? undefined
    : `${need.project} holds ${formatPortRange(own.range)} for this already (claim ${own.id})`
}

/** Why a place is not believed. */
function disputeOf(site: Site, adopted: Site | undefined, all: readonly Site[]): string {
  const { project, environment } = site.need
  const own = evidenceOf(site).join(', ')
  if (adopted !== undefined)
    return `${project} runs on ${formatPortRange(adopted.range)}, which is adopted; here: ${own}`
  const others = all.filter((other) => other !== site).flatMap(evidenceOf)
  const against = others.length === 0 ? 'contradict each other in their numbers' : `and ${others.join(', ')} disagree`
  return `${own} ${against}: who is ${project} (${environment}) is not known, so none is adopted. ${disputeRemedy(site)}`
}

/** What to do where nobody is believed. */
export function disputeRemedy({ need: { project, environment }, first }: Site): string {
  const container = first.seen.sighting.container?.name
  const rule = JSON.stringify({ ...(container === undefined ? {} : { container }), project, environment })
  const words = `Remove what is not ${project}'s, or register its ports by hand`
  return container === undefined
    ? `${words}.`
    : `${words}; or, if this is the right one, name it by a rule: ${cutText(rule, 300)}.`
}

export function evidenceOf({ candidates }: Site): readonly string[] {
  return candidates.map(({ seen: { sighting, isRunning } }) => {
    return `${describeSighting(sighting)}${isRunning ? '' : ' (which has ended)'}`
  })
}

function obstacleOf({ claims }: HostLook, { need, range }: Site, chosen: readonly Site[]): string | undefined {
  const rival = claims.find((claim) => claim.transport === need.transport && rangesOverlap(claim.range, range))
  if (rival !== undefined) return heldBy(range, rival)
  const other = chosen.find((each) => each.need.transport === need.transport && rangesOverlap(each.range, range))
  if (other === undefined) return undefined
  return `${formatPortRange(other.range)} goes to ${other.need.project}; move "${need.project}" by an import`
}

function heldBy(range: PortRange, claim: LiveClaim): string {
  return `${formatPortRange(range)} touches ${formatPortRange(claim.range)} of ${claim.project} (claim ${claim.id})`
}

export function stepOf(look: HostLook, site: Site): AdoptionStep {
  const { need, range, shape, first } = site
  const evidence = evidenceOf(site)
  const reason = cutText(`adopted by ${first.by}: ${evidence.join(', ')}`)
  const labels = formerLabels(site)
  const request = { host: look.host, range, shape, ...need, labels, evenIfOutOfBand: true, reason }
  const running = shape === 'pair' ? listOccupants(look, { ...need, range }) : []
  // Of two that run nobody here can tell which one people are sent to.
  const occupants = running.map(({ half, version }) => ({ half, version, isActive: running.length === 1 }))
  return { step: { type: 'claim', request, occupants }, by: first.by, evidence }
}

/** The numbers of the registry that deployed it: what runs goes on showing them. */
function formerLabels({ candidates }: Site): Readonly<Record<string, string>> {
  const owners = candidates.map(({ seen }) => seen.owner)
  const newest = owners.toSorted((a, b) => (b?.token ?? 0) - (a?.token ?? 0))[0]
  return {
    ...(newest?.claimId === undefined ? {} : { [PORTOLAN_LABELS.claim]: String(newest.claimId) }),
    ...(newest?.token === undefined ? {} : { [PORTOLAN_LABELS.token]: String(newest.token) }),
  }
}
