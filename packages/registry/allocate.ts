import { formatPortRange, type PortRange, type Transport } from '@portolan/ports'
import { type Band, bandName, narrowerBands } from './band.ts'
import type { Outlook } from './blocker.ts'
import { type Claim, describeHolder, isLeaseOver, type LiveClaim } from './claim.ts'
import { type BandHolder, bandFull, bandMissing, claimExists, hostUnknown } from './errors.ts'
import type { Ground } from './ground.ts'
import { type HostView, sightedPorts } from './host-view.ts'
import { lifeSigns } from './life-signs.ts'
import { listSkips, lowestFreeRange, type Wish } from './lowest-free-range.ts'
import { newClaim } from './new-claim.ts'
import type { Decision, Operation } from './operation.ts'
import { DEFAULT_PURPOSE } from './purpose.ts'
import { type Authored, authorshipOf, keyOf, RequestCheck } from './request.ts'
import { countSkips, type Skip } from './skip.ts'

/** A pair, one port, or that many ports in a row. */
export type WantedShape = 'pair' | 'single' | { readonly portCount: number }

export interface AllocateRequest extends Authored {
  readonly host: string
  readonly environment: string
  readonly kind: string
  readonly project: string
  /** `pair` unless said otherwise. */
  readonly shape?: WantedShape
  readonly purpose?: string
  readonly transport?: Transport
  readonly labels?: Readonly<Record<string, string>>
  /** The claim may be taken back when this has passed without a renewal. Without it the claim stays until released. */
  readonly leaseMs?: number
  /** Say also what was passed over, and why. */
  readonly explain?: boolean
  /** Trust the claims alone when an observer of the host does not answer. */
  readonly evenIfUnknown?: boolean
}

export interface AllocateResult {
  readonly claim: Claim
  /** False when the project had it already. */
  readonly isNew: boolean
  /** With `explain`: what was passed over. Not kept under an idempotency key. */
  readonly skips?: readonly Skip[]
}

/** @throws REGISTRY_REQUEST_INVALID */
export function checkAllocateRequest(request: AllocateRequest): void {
  const { host, environment, kind, project, purpose, shape, transport, labels, leaseMs } = request
  const check = new RequestCheck().name('host', host).name('environment', environment).name('kind', kind)
  check
    .name('project', project)
    .name('purpose', purpose ?? DEFAULT_PURPOSE)
    .transport(transport)
    .labels(labels)
  if (typeof shape === 'object') check.count('shape.portCount', shape.portCount, [1, 65_535])
  check.leaseMs(leaseMs).authored(request).done()
}

/**
 * Chooses the lowest free ports of the band and claims them. Who asks again for the same gets what he has.
 * @param view what the host's observers saw a moment ago
 */
export function allocateOperation(request: AllocateRequest, view: HostView): Operation<AllocateResult> {
  return {
    idempotencyKey: keyOf('allocate', request),
    decide: (ground) => decideAllocation(ground, request, view),
    replay: (claim, wasChanged) => ({ claim, isNew: wasChanged }),
  }
}

function decideAllocation(ground: Ground, request: AllocateRequest, view: HostView): Decision<AllocateResult> {
  const { project, environment, kind, purpose = DEFAULT_PURPOSE, transport = 'tcp' } = request
  const existing = ground.findByIdentity({ project, environment, kind, purpose, transport })
  if (existing !== undefined) return giveAgain(ground, existing, request)
  ground.requireRoomFor(project)
  if (view.state === 'unknown' && request.evenIfUnknown !== true) {
    throw hostUnknown(request.host, view.observer, view.cause)
  }
  const band = ground.picture.bands.find((each) => each.environment === environment && each.kind === kind)
  if (band === undefined) throw bandMissing({ environment, kind }, ground.picture.bands)
  const wish = { within: band.range, ...shapeOf(request) }
  const reserved = narrowerBands(band, ground.picture.bands)
  const outlook: Outlook = { transport, project, now: ground.now, sighted: sightedPorts(view)[transport], reserved }
  const range = lowestFreeRange(ground.picture, wish, outlook)
  if (range === undefined) throw fullBand(ground, { band, wish, outlook, view })
  const skips = request.explain === true ? explain(ground, { ...wish, before: range.first }, outlook) : undefined
  return decideNew(ground, request, { range, skips })
}

function explain(ground: Ground, wish: Wish & { readonly before: number | undefined }, outlook: Outlook) {
  for (const claim of claimsWithin(ground, wish.within, outlook.transport)) ground.settled(claim)
  return listSkips(ground.picture, wish, outlook)
}

interface Found {
  readonly range: PortRange
  readonly skips: readonly Skip[] | undefined
}

function decideNew(ground: Ground, request: AllocateRequest, { range, skips }: Found): Decision<AllocateResult> {
  const { shape } = shapeOf(request)
  const change = newClaim(ground, { ...request, range, shape, type: 'allocated' })
  return {
    changes: [change],
    subject: change.after,
    wasChanged: true,
    answer: (written) => ({ claim: written(change.after), isNew: true, ...(skips === undefined ? {} : { skips }) }),
  }
}

/** A lease is renewed by asking again. When it was over, somebody may think that he still has it: a new token. */
function giveAgain(ground: Ground, existing: LiveClaim, request: AllocateRequest): Decision<AllocateResult> {
  const { shape, portCount } = shapeOf(request)
  const heldCount = existing.range.last - existing.range.first + 1
  if (existing.shape !== shape || heldCount !== portCount) throw claimExists(existing, wantedText({ shape, portCount }))
  const { now } = ground
  if (existing.state !== 'leased') return unchanged(existing)
  const { leaseMs } = request
  const takesToken = isLeaseOver(existing, now)
  if (leaseMs === undefined && !takesToken) return unchanged(existing)
  const until = leaseMs === undefined ? existing.leaseUntil.getTime() : now.getTime() + leaseMs
  const leaseUntil = new Date(Math.max(until, existing.leaseUntil.getTime()))
  const after: Claim = { ...existing, leaseUntil }
  const event = { type: 'renewed', details: { until: leaseUntil }, ...authorshipOf(request.project, request) } as const
  return {
    changes: [{ before: existing, after, takesToken, event }],
    subject: after,
    wasChanged: false,
    answer: (written) => ({ claim: written(after), isNew: false }),
  }
}

function unchanged(claim: Claim): Decision<AllocateResult> {
  return { changes: [], subject: claim, wasChanged: false, answer: () => ({ claim, isNew: false }) }
}

function shapeOf({ shape = 'pair' }: AllocateRequest): Pick<Wish, 'shape' | 'portCount'> {
  if (shape === 'pair') return { shape, portCount: 2 }
  if (shape === 'single') return { shape, portCount: 1 }
  return { shape: 'range', portCount: shape.portCount }
}

function wantedText({ shape, portCount }: Pick<Wish, 'shape' | 'portCount'>): string {
  return shape === 'range' ? `range of ${portCount} ports` : shape
}

interface Search {
  readonly band: Band
  readonly wish: Wish
  readonly outlook: Outlook
  readonly view: HostView
}

const LISTED_HOLDERS = 100

function fullBand(ground: Ground, { band, wish, outlook, view }: Search): Error {
  const skips = explain(ground, { ...wish, before: undefined }, outlook)
  const holders: BandHolder[] = claimsWithin(ground, band.range, outlook.transport).map((claim) => ({
    claimId: claim.id,
    project: claim.project,
    holder: describeHolder(claim),
    ports: formatPortRange(claim.range),
    since: claim.createdAt.toISOString(),
    looksDead: lifeSigns(claim, view, ground.now),
  }))
  // Who can be asked to leave comes first: an error is no place for 30,000 names.
  const byDeath = holders.toSorted((a, b) => b.looksDead.length - a.looksDead.length).slice(0, LISTED_HOLDERS)
  const named = { host: ground.picture.host.name, band: bandName(band), ports: formatPortRange(band.range) }
  return bandFull({ ...named, wanted: wantedText(wish), holders: byDeath, skippedCounts: countSkips(skips) })
}

function claimsWithin(ground: Ground, { first, last }: PortRange, transport: Transport): readonly LiveClaim[] {
  const claims = new Set<LiveClaim>()
  for (let port = first; port <= last; port += 1) {
    const claim = ground.picture.findHolder(port, transport)
    if (claim !== undefined) claims.add(ground.settled(claim))
  }
  return [...claims]
}
