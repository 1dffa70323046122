import { PORTOLAN_LABELS } from '@portolan/observe'
import { formatPortRange, type PortRange, rangeContains, rangesOverlap, type Transport } from '@portolan/ports'
import { HALVES, type Half, type LiveClaim, type PlanStep } from '@portolan/registry'
import { describeSighting } from './attribution.ts'
import { hostSilent } from './errors.ts'
import type { HostLook, Seen } from './host-look.ts'

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
 * brings its pair. Adds claims only: what is closed stays claimed, for one look is no proof.
 * @throws RECONCILE_HOST_SILENT when an observer did not answer
 */
export function planAdoption(look: HostLook): Adoption {
  requireSeen(look)
  const found = look.seen.flatMap((seen) => candidateOf(look, seen))
  return chooseSteps(look, found)
}

/** @throws RECONCILE_HOST_SILENT */
export function requireSeen({ host, observation }: HostLook): void {
  if (observation.state === 'seen') return
  const [first] = observation.silent
  throw hostSilent(host, first?.observer ?? 'nobody', observation.cause)
}

/** A claim that somebody's sighting asks for. */
export interface Candidate {
  readonly seen: Seen
  readonly range: PortRange
  readonly shape: 'pair' | 'single'
  readonly need: {
    readonly project: string
    readonly environment: string
    readonly kind: string
    readonly purpose: string
    readonly transport: Transport
  }
  readonly by: 'label' | 'rule'
}

export function candidateOf(look: HostLook, seen: Seen): readonly Candidate[] {
  const { sighting, owner } = seen
  const { port, transport } = sighting
  if (owner === undefined || look.findClaim(transport, port) !== undefined) return []
  const kind = owner.kind ?? kindOf(look, owner.environment, port)
  const shape = shapeOf(look, seen, kind)
  const blue = owner.half === 'green' ? port - 1 : port - (owner.half === undefined ? port % 2 : 0)
  const range = shape === 'pair' ? { first: blue, last: blue + 1 } : { first: port, last: port }
  const { project, environment, purpose = 'main' } = owner
  return [{ seen, range, shape, need: { project, environment, kind, purpose, transport }, by: owner.by }]
}

function kindOf({ bands }: HostLook, environment: string, port: number): string {
  const holding = bands.filter(({ range }) => rangeContains(range, port))
  return (holding.find((band) => band.environment === environment) ?? holding[0])?.kind ?? 'app'
}

/** Apps in the band of their environment come in pairs; a database has one port. */
function shapeOf({ bands }: HostLook, { sighting, owner }: Seen, kind: string): 'pair' | 'single' {
  if (owner?.half !== undefined) return 'pair'
  if (owner?.shape !== undefined) return owner.shape
  const isInBand = bands.some(
    (band) => band.environment === owner?.environment && band.kind === kind && rangeContains(band.range, sighting.port),
  )
  return kind === 'app' && isInBand ? 'pair' : 'single'
}

/** The surest first: who is labelled, then who is in the even half, then by port. */
export function chooseSteps(look: HostLook, candidates: readonly Candidate[]): Adoption {
  const steps: { readonly candidate: Candidate; readonly also: Candidate[] }[] = []
  const left: LeftAlone[] = []
  for (const candidate of candidates.toSorted(bySurety)) {
    const same = steps.find((step) => isSame(step.candidate, candidate))
    const reason =
      same === undefined
        ? obstacleOf(
            look,
            candidate,
            steps.map((step) => step.candidate),
          )
        : undefined
    if (same !== undefined) same.also.push(candidate)
    else if (reason === undefined) steps.push({ candidate, also: [] })
    else
      left.push({
        ports: candidate.range,
        transport: candidate.need.transport,
        project: candidate.need.project,
        reason,
      })
  }
  return { steps: steps.map(({ candidate, also }) => stepOf(look, candidate, also)), left }
}

function bySurety(a: Candidate, b: Candidate): number {
  const rank = ({ by, seen }: Candidate) => (by === 'label' ? 0 : 2) + (seen.sighting.port % 2)
  return rank(a) - rank(b) || a.range.first - b.range.first
}

function isSame(a: Candidate, b: Candidate): boolean {
  return needKey(a.need) === needKey(b.need) && a.range.first === b.range.first && a.range.last === b.range.last
}

function needKey({ project, environment, kind, purpose, transport }: Candidate['need']): string {
  return `${project} ${environment} ${kind} ${purpose} ${transport}`
}

function obstacleOf(
  look: HostLook,
  { need, range, seen, shape }: Candidate,
  chosen: readonly Candidate[],
): string | undefined {
  if (range.first < 1 || (shape === 'pair' && range.first % 2 === 1)) {
    return `${describeSighting(seen.sighting)} says ${seen.owner?.half ?? 'pair'}, which ${seen.sighting.port} is not`
  }
  const own = look.claims.find((claim) => needKey(claim) === needKey(need))
  if (own !== undefined) return `${need.project} holds ${formatPortRange(own.range)} for this already (claim ${own.id})`
  const rival = look.claims.find((claim) => claim.transport === need.transport && rangesOverlap(claim.range, range))
  if (rival !== undefined) return heldBy(range, rival)
  const twin = chosen.find((each) => needKey(each.need) === needKey(need))
  if (twin !== undefined) return `${need.project} runs on ${formatPortRange(twin.range)} as well, which is adopted`
  const other = chosen.find((each) => each.need.transport === need.transport && rangesOverlap(each.range, range))
  if (other === undefined) return undefined
  return `${formatPortRange(other.range)} goes to ${other.need.project}; move "${need.project}" by an import`
}

function heldBy(range: PortRange, claim: LiveClaim): string {
  return `${formatPortRange(range)} touches ${formatPortRange(claim.range)} of ${claim.project} (claim ${claim.id})`
}

function stepOf(look: HostLook, candidate: Candidate, also: readonly Candidate[]): AdoptionStep {
  const { need, range, shape, by, seen } = candidate
  const evidence = [seen, ...also.map((each) => each.seen)].map(({ sighting }) => describeSighting(sighting))
  const labels = formerLabels([seen, ...also.map((each) => each.seen)])
  const reason = `adopted by ${by}: ${evidence.join(', ')}`.slice(0, 500)
  const request = { host: look.host, range, shape, ...need, labels, evenIfOutOfBand: true, reason }
  const running = shape === 'pair' ? listOccupants(look, { ...need, range }) : []
  // Of two that run nobody here can tell which one people are sent to.
  const occupants = running.map(({ half, version }) => ({ half, version, isActive: running.length === 1 }))
  return { step: { type: 'claim', request, occupants }, by, evidence }
}

/** The numbers of the registry that deployed it: what runs goes on showing them. */
function formerLabels(seen: readonly Seen[]): Readonly<Record<string, string>> {
  const newest = seen.map(({ owner }) => owner).toSorted((a, b) => (b?.token ?? 0) - (a?.token ?? 0))[0]
  return {
    ...(newest?.claimId === undefined ? {} : { [PORTOLAN_LABELS.claim]: String(newest.claimId) }),
    ...(newest?.token === undefined ? {} : { [PORTOLAN_LABELS.token]: String(newest.token) }),
  }
}

/** Something of a pair's own project that runs in one of its halves. */
export interface SeenOccupant {
  readonly half: Half
  readonly version: string
  /** Its label said so; otherwise it was guessed from the image. */
  readonly isVersionLabelled: boolean
}

type Pair = Pick<LiveClaim, 'project' | 'environment' | 'transport' | 'range'>

/** What runs in the halves of a pair, or of one that is about to be claimed. */
export function listOccupants(look: HostLook, pair: Pair): readonly SeenOccupant[] {
  return HALVES.flatMap((half) => {
    const port = half === 'blue' ? pair.range.first : pair.range.last
    const own = look.seenAt(pair.transport, port).filter((seen) => isOwn(pair, seen))
    return own.length === 0 ? [] : [{ half, ...versionOf(own) }]
  })
}

/** A half of a pair in which something of its project runs, and that counts as empty. */
export interface UnrecordedHalf extends SeenOccupant {
  readonly claim: LiveClaim
  /** Nothing runs in the other half, so this one is what people use. */
  readonly isAlone: boolean
}

/** What has to be written into slots, so that the next deployment does not take a half that is in use. */
export function listUnrecordedHalves(look: HostLook): readonly UnrecordedHalf[] {
  return look.claims.flatMap((claim) => {
    if (claim.shape !== 'pair') return []
    const occupants = listOccupants(look, claim)
    const isAlone = occupants.length === 1 && HALVES.every((half) => claim.slots[half].state === 'empty')
    return occupants
      .filter(({ half }) => claim.slots[half].state === 'empty')
      .map((occupant) => ({ claim, ...occupant, isAlone }))
  })
}

function isOwn({ project, environment }: Pair, { owner }: Seen): boolean {
  return owner !== undefined && owner.project === project && owner.environment === environment
}

/** By its label; else by its image, whose tag most people write the version into. */
function versionOf(own: readonly Seen[]): Pick<SeenOccupant, 'version' | 'isVersionLabelled'> {
  for (const { owner } of own) {
    if (owner?.version !== undefined) return { version: owner.version, isVersionLabelled: true }
  }
  const image = own.find(({ sighting }) => sighting.container?.image !== undefined)?.sighting.container?.image
  return { version: image ?? 'unknown', isVersionLabelled: false }
}
