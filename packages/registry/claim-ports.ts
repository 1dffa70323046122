import { formatPortRange, type PortRange, rangeContains, rangeSize, type Transport } from '@portolan/ports'
import type { AllocateResult } from './allocate.ts'
import { findQuarantine } from './blocker.ts'
import type { ClaimShape, LiveClaim } from './claim.ts'
import { bandMissing, claimExists, claimOverlaps, pairInvalid, portOutOfBand, portsQuarantined } from './errors.ts'
import type { Ground } from './ground.ts'
import { newClaim } from './new-claim.ts'
import type { Decision, Operation } from './operation.ts'
import { DEFAULT_PURPOSE } from './purpose.ts'
import { type Authored, keyOf, RequestCheck } from './request.ts'

export interface ClaimRequest extends Authored {
  readonly host: string
  /** Exactly these ports. */
  readonly range: PortRange
  /** By the range unless said otherwise: two ports from an even one are a pair, one is a single. */
  readonly shape?: ClaimShape
  readonly environment: string
  readonly kind: string
  readonly project: string
  readonly purpose?: string
  readonly transport?: Transport
  readonly labels?: Readonly<Record<string, string>>
  readonly leaseMs?: number
  /** For what is there already, outside of every band. */
  readonly evenIfOutOfBand?: boolean
}

/** @throws REGISTRY_REQUEST_INVALID */
export function checkClaimRequest(request: ClaimRequest): void {
  const { host, environment, kind, project, purpose, range, transport, labels, leaseMs } = request
  const check = new RequestCheck().name('host', host).name('environment', environment).name('kind', kind)
  check
    .name('project', project)
    .name('purpose', purpose ?? DEFAULT_PURPOSE)
    .range('range', range)
  check.transport(transport).labels(labels).leaseMs(leaseMs).authored(request).done()
}

/**
 * Registers exactly these ports, whether something listens there or not: block-lists and sightings bind allocations
 * alone, for this is how what exists already is entered.
 */
export function claimOperation(request: ClaimRequest): Operation<AllocateResult> {
  return {
    idempotencyKey: keyOf('claim', request),
    decide: (ground) => decideClaim(ground, request),
    replay: (claim, wasChanged) => ({ claim, isNew: wasChanged }),
  }
}

function decideClaim(ground: Ground, request: ClaimRequest): Decision<AllocateResult> {
  const { range, project, environment, kind, purpose = DEFAULT_PURPOSE, transport = 'tcp' } = request
  const shape = request.shape ?? naturalShape(range)
  if (shape !== 'range' && naturalShape(range) !== shape) throw pairInvalid(range)
  const existing = ground.findByIdentity({ project, environment, kind, purpose, transport })
  if (existing !== undefined) return giveSame(existing, { range, shape })
  ground.requireRoomFor(project)
  const holder = ground.findHolder(range, transport)
  if (holder !== undefined) throw claimOverlaps(range, holder)
  refuseOutOfBand(ground, request)
  refuseQuarantined(ground, request)
  const change = newClaim(ground, { ...request, shape, type: 'claimed' })
  return {
    changes: [change],
    subject: change.after,
    wasChanged: true,
    answer: (written) => ({ claim: written(change.after), isNew: true }),
  }
}

type Ports = Pick<LiveClaim, 'range' | 'shape'>

function giveSame(existing: LiveClaim, { range, shape }: Ports): Decision<AllocateResult> {
  const isSame = existing.range.first === range.first && existing.range.last === range.last && existing.shape === shape
  if (!isSame) throw claimExists(existing, `${formatPortRange(range)} (${shape})`)
  return { changes: [], subject: existing, wasChanged: false, answer: () => ({ claim: existing, isNew: false }) }
}

function naturalShape(range: PortRange): ClaimShape {
  const portCount = rangeSize(range)
  if (portCount === 1) return 'single'
  return portCount === 2 && range.first % 2 === 0 ? 'pair' : 'range'
}

function refuseOutOfBand({ picture }: Ground, { range, environment, kind, evenIfOutOfBand }: ClaimRequest): void {
  if (evenIfOutOfBand === true) return
  const band = picture.bands.find((each) => each.environment === environment && each.kind === kind)
  if (band === undefined) throw bandMissing({ environment, kind }, picture.bands)
  if (!rangeContains(band.range, range)) throw portOutOfBand(range, band)
}

function refuseQuarantined({ picture, now }: Ground, { range, project, transport = 'tcp' }: ClaimRequest): void {
  const outlook = { transport, project, now, sighted: new Map(), reserved: [] }
  for (let port = range.first; port <= range.last; port += 1) {
    const quarantine = findQuarantine(picture, port, outlook)
    if (quarantine !== undefined) throw portsQuarantined(range, quarantine.project, quarantine.quarantineUntil)
  }
}
