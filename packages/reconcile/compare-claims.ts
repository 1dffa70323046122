import { PORTOLAN_LABELS } from '@portolan/observe'
import { formatPortRange, singlePort } from '@portolan/ports'
import { HALVES, type Half, type LiveClaim } from '@portolan/registry'
import { describeSighting } from './attribution.ts'
import { type Difference, differenceOf } from './difference.ts'
import { type HostLook, portsOf, type Seen } from './host-look.ts'
import { isOf, isVouched, showsNumbersOf } from './occupants.ts'

/** What is different about one claim. */
export function compareClaim(look: HostLook, claim: LiveClaim): readonly Difference[] {
  const own = portsOf(claim.range).flatMap((port) => look.seenAt(claim.transport, port))
  return [
    ...(look.observation.state === 'seen' ? closedParts(look, claim, own) : []),
    ...own.flatMap((seen) => strangers(claim, seen)),
    ...own.flatMap((seen) => labelsOf(claim, seen)),
    ...unrecorded(look, claim),
  ]
}

function closedParts(look: HostLook, claim: LiveClaim, own: readonly Seen[]): readonly Difference[] {
  if (claim.shape === 'pair') {
    const gone = HALVES.filter((half) => claim.slots[half].state !== 'empty' && !isOpen(look, claim, half))
    if (own.length > 0) return gone.map((half) => halfGone(claim, half, own))
  }
  return own.length > 0 ? [] : [closed(look, claim)]
}

function isOpen(look: HostLook, claim: LiveClaim, half: Half): boolean {
  return look.seenAt(claim.transport, portOfHalf(claim, half)).length > 0
}

function portOfHalf({ range }: LiveClaim, half: Half): number {
  return half === 'blue' ? range.first : range.last
}

function closed({ observation }: HostLook, claim: LiveClaim): Difference {
  const occupied = HALVES.filter((half) => claim.slots[half].state !== 'empty')
  const said = occupied.map((half) => `the ${half} slot is ${claim.slots[half].state}`)
  const at = observation.state === 'seen' ? ` at ${observation.seenAt.toISOString()}` : ''
  const isExpected = occupied.length === 0
  return differenceOf({
    ...aboutClaim(claim),
    code: 'RECONCILE_CLAIM_CLOSED',
    severity: isExpected ? 'note' : 'warning',
    message: `Nothing listens on ${nameOf(claim)}.`,
    remedy: isExpected
      ? 'Deploy there, or release the claim when nobody needs it any more. One look frees nothing.'
      : 'Start it again, or clear its slots and release it. One look frees nothing.',
    evidence: [`no socket and no published port${at}`, ...said],
  })
}

function halfGone(claim: LiveClaim, half: Half, own: readonly Seen[]): Difference {
  const slot = claim.slots[half]
  const port = portOfHalf(claim, half)
  return differenceOf({
    ...aboutClaim(claim),
    ports: singlePort(port),
    code: 'RECONCILE_HALF_GONE',
    severity: slot.state === 'active' ? 'error' : 'warning',
    message: `The ${half} half of ${nameOf(claim)} counts as ${slot.state}, and nothing listens on ${port}.`,
    remedy:
      slot.state === 'active'
        ? 'Start it again, or promote the other half; whoever is sent there gets no answer.'
        : 'Clear the slot when it has ended on purpose, or deploy it again.',
    evidence: [`nothing on ${port}/${claim.transport}`, ...own.map(({ sighting }) => describeSighting(sighting))],
  })
}

function strangers(claim: LiveClaim, { sighting, owner }: Seen): readonly Difference[] {
  if (owner === undefined) return []
  if (isOf(claim, owner)) return []
  const message =
    `${sighting.port} is claimed by ${claim.project} (${claim.environment}), and ` +
    `${owner.project} (${owner.environment}) has it open.`
  const difference = differenceOf({
    ...aboutClaim(claim),
    ports: singlePort(sighting.port),
    code: 'RECONCILE_HELD_BY_ANOTHER',
    message,
    remedy: `Move "${owner.project}" to ports of its own (allocate them, and deploy it there), or correct its ${owner.by}.`,
    evidence: [describeSighting(sighting), `by its ${owner.by} it is ${owner.project} (${owner.environment})`],
  })
  return [difference]
}

/** A label that is not there says nothing; one that is there has to be right. */
function labelsOf(claim: LiveClaim, { sighting, owner }: Seen): readonly Difference[] {
  if (owner?.by !== 'label' || !isOf(claim, owner)) return []
  const faults: string[] = []
  const { claimId, token, half, version } = owner
  const isFormer = claimId !== undefined && claim.labels[PORTOLAN_LABELS.claim] === String(claimId)
  if (claimId !== undefined && claimId !== claim.id && !isFormer)
    faults.push(`its claim is ${claimId}, not ${claim.id}`)
  if (token !== undefined && token > claim.token) faults.push(`its token is ${token}, above the claim's ${claim.token}`)
  const at = claim.shape === 'pair' ? halfAt(claim, sighting.port) : undefined
  if (half !== undefined && at !== half) faults.push(`it says ${half}, and ${sighting.port} is ${at ?? 'no half'}`)
  const slot = at === undefined ? undefined : claim.slots[at]
  if (version !== undefined && slot !== undefined && slot.state !== 'empty' && slot.version !== version) {
    faults.push(`its version is "${version}", and the slot's is "${slot.version}"`)
  }
  if (faults.length === 0) return []
  const difference = differenceOf({
    ...aboutClaim(claim),
    ports: singlePort(sighting.port),
    code: 'RECONCILE_LABEL_DISAGREES',
    message: `What runs on ${sighting.port} says something else than claim ${claim.id}: ${faults.join('; ')}.`,
    remedy: 'Deploy it again with what the registry has given; a rebuild goes by these labels.',
    evidence: [describeSighting(sighting), ...faults],
  })
  return [difference]
}

function halfAt({ range }: LiveClaim, port: number): Half {
  return port === range.first ? 'blue' : 'green'
}

/** Something runs where a deployment would go next, for it counts as empty. */
function unrecorded(look: HostLook, claim: LiveClaim): readonly Difference[] {
  if (claim.shape !== 'pair') return []
  const empty = HALVES.filter((half) => claim.slots[half].state === 'empty')
  return empty.flatMap((half) => {
    const port = portOfHalf(claim, half)
    // A stranger there is a finding of its own, and no deployment of this project.
    const own = look.seenAt(claim.transport, port).filter(({ owner }) => owner === undefined || isOf(claim, owner))
    return own.length === 0 ? [] : [unrecordedHalf(claim, half, own)]
  })
}

function unrecordedHalf(claim: LiveClaim, half: Half, own: readonly Seen[]): Difference {
  const port = portOfHalf(claim, half)
  return differenceOf({
    ...aboutClaim(claim),
    ports: singlePort(port),
    code: 'RECONCILE_SLOT_UNRECORDED',
    message: `The ${half} slot of ${nameOf(claim)} counts as empty, and something listens on ${port}.`,
    remedy: isAdoptable(claim, own)
      ? 'Adopt it, so that the next deployment takes the other half, or end it when nobody needs it.'
      : 'Its labels do not show that a deployer of this registry put it there, so it is never recorded by itself. Look at ' +
        'it; then end it, or adopt it with a rule that names its container without a star.',
    evidence: own.map(({ sighting }) => describeSighting(sighting)),
  })
}

/** As `listUnrecordedHalves` believes it. */
function isAdoptable(claim: LiveClaim, own: readonly Seen[]): boolean {
  const isBlank = HALVES.every((half) => claim.slots[half].state === 'empty')
  return own.some(({ owner }) => {
    return owner === undefined || isVouched(owner) || (isBlank && showsNumbersOf(claim, owner))
  })
}

function aboutClaim({ host, transport, range, project, id }: LiveClaim) {
  return { host, transport, ports: range, project, claimId: id } as const
}

function nameOf({ range, project, environment }: LiveClaim): string {
  return `${formatPortRange(range)} of ${project} (${environment})`
}
