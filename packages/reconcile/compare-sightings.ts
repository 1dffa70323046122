import type { Sighting } from '@portolan/observe'
import { LINUX_EPHEMERAL_RANGE, rangeContains, singlePort } from '@portolan/ports'
import { bandName } from '@portolan/registry'
import { describeSighting } from './attribution.ts'
import { type Difference, differenceOf } from './difference.ts'
import type { HostLook, Seen } from './host-look.ts'

/** What is open and claimed by nobody, one finding a port. */
export function compareUnclaimed(look: HostLook): readonly Difference[] {
  const unclaimed = look.seen.filter(({ sighting }) => look.findClaim(sighting.transport, sighting.port) === undefined)
  const byPort = Map.groupBy(unclaimed, ({ sighting }) => `${sighting.transport} ${sighting.port}`)
  return [...byPort.values()].flatMap((own) => {
    const [first] = own
    return first === undefined || isPassing(first) ? [] : [unclaimedPort(look, first, own)]
  })
}

/** The kernel gives such ports to whoever asks for any: they come and go. */
function isPassing({ sighting, owner }: Seen): boolean {
  return owner === undefined && sighting.container === undefined && rangeContains(LINUX_EPHEMERAL_RANGE, sighting.port)
}

function unclaimedPort(look: HostLook, { sighting, owner }: Seen, own: readonly Seen[]): Difference {
  const { port, transport, container } = sighting
  const band = look.bands.find(({ range }) => rangeContains(range, port))
  const where = band === undefined ? '' : ` inside band "${bandName(band)}"`
  const whose = owner === undefined ? '' : `; by its ${owner.by} it is ${owner.project} (${owner.environment})`
  return differenceOf({
    host: look.host,
    ports: singlePort(port),
    transport,
    project: owner?.project,
    code: 'RECONCILE_PORT_UNCLAIMED',
    severity: band === undefined && container === undefined ? 'note' : 'warning',
    message: `${port} is open${where}, and nobody has claimed it${whose}.`,
    remedy:
      owner === undefined
        ? 'Say whose it is by a rule and adopt it, register it by hand, or end it.'
        : 'Adopt it, so that nobody else is given it when it restarts.',
    evidence: own.map((each) => describeSighting(each.sighting)),
  })
}

/**
 * A port that is one thing over IPv4 and another over IPv6, or a container whose port is published under one number
 * there and another here (moby #42442): who connects by name gets either.
 */
export function compareFamilies(look: HostLook): readonly Difference[] {
  return [...splitPorts(look), ...splitContainers(look)]
}

function* splitPorts(look: HostLook): Generator<Difference> {
  const byPort = Map.groupBy(look.seen, ({ sighting }) => `${sighting.transport} ${sighting.port}`)
  for (const own of byPort.values()) {
    const sightings = own.map(({ sighting }) => sighting)
    const [four, six] = (['ipv4', 'ipv6'] as const).map((family) => sightings.filter((each) => each.family === family))
    const [first] = sightings
    if (first === undefined || !areOthers(four ?? [], six ?? [])) continue
    const claim = look.findClaim(first.transport, first.port)
    yield differenceOf({
      host: look.host,
      ports: singlePort(first.port),
      transport: first.transport,
      project: claim?.project,
      claimId: claim?.id,
      code: 'RECONCILE_FAMILIES_DISAGREE',
      message: `${first.port} is one thing over IPv4 and another over IPv6.`,
      remedy: 'Let one of them listen on both, or end the other: a client takes either address.',
      evidence: sightings.map(describeSighting),
    })
  }
}

/** Only when every owner is known: unknown is no proof of another. */
function areOthers(four: readonly Sighting[], six: readonly Sighting[]): boolean {
  const keys = (sightings: readonly Sighting[]) =>
    sightings.map(({ container, holder }) => container?.id ?? holder?.pid)
  const [ours, theirs] = [keys(four), keys(six)]
  if (ours.length === 0 || theirs.length === 0 || [...ours, ...theirs].includes(undefined)) return false
  return ours.every((key) => !theirs.includes(key))
}

function* splitContainers({ host, observation }: HostLook): Generator<Difference> {
  if (observation.state !== 'seen') return
  for (const { name, isRunning, ports } of observation.containers) {
    const groups = Map.groupBy(
      isRunning ? ports : [],
      ({ transport, containerPort }) => `${transport} ${containerPort}`,
    )
    for (const own of groups.values()) {
      const numbers = (isSix: boolean) =>
        own.filter(({ address }) => address.includes(':') === isSix).map((p) => p.hostPort)
      const [four, six] = [numbers(false), numbers(true)]
      const [first] = own
      if (first === undefined || four.length === 0 || six.length === 0) continue
      if (four.some((port) => six.includes(port))) continue
      yield differenceOf({
        host,
        ports: singlePort(first.hostPort),
        transport: first.transport,
        code: 'RECONCILE_FAMILIES_DISAGREE',
        message: `Container "${name}" is published on ${four.join(', ')} over IPv4 and on ${six.join(', ')} over IPv6.`,
        remedy: 'Publish it on the same number for both, or on an IPv4 address alone.',
        evidence: own.map(({ address, hostPort, containerPort }) => `${address} port ${hostPort} → ${containerPort}`),
      })
    }
  }
}
