import { errorCode, type Waiting } from '@portolan/errors'
import type { Door, OutputOf } from '@portolan/operations'
import { formatPortRange, type PortRange, parsePortRange, portRange, rangeSize, type Transport } from '@portolan/ports'
import type { HeldPort } from '@portolan/supervise'
import { noSharedNumber } from '../errors.ts'
import { type BandName, type ClaimingCopy, type ClaimTerms, claimTerms } from './claim-terms.ts'
import type { PortWish } from './port-wish.ts'

/** The registry that is asked, and what this machine is called there. */
export interface AskedRegistry {
  readonly door: Door
  readonly host: string
}

export interface PortRequest {
  readonly copy: ClaimingCopy
  readonly wishes: readonly PortWish[]
  /** For a preview: how long it may run. */
  readonly leaseMs?: number
}

interface Band extends BandName {
  readonly ports: string
}
interface Asking extends Waiting {
  readonly registry: AskedRegistry
  readonly request: PortRequest
  readonly bands: readonly Band[]
  /** What this call has claimed that was not held before. */
  readonly fresh: HeldPort[]
}

/**
 * Asks for a number of every port. Asking again gives the same ones, and renews their leases.
 * @throws what the registry refuses with; then what was new is given back
 */
export async function allocatePorts(
  registry: AskedRegistry,
  request: PortRequest,
  { signal }: Waiting,
): Promise<readonly HeldPort[]> {
  const { bands } = await registry.door.call('band_list', {}, { signal })
  const asking: Asking = { registry, request, bands, fresh: [], signal }
  try {
    const held: HeldPort[] = []
    for (const wish of request.wishes) held.push(...(await holdPort(wish, asking)))
    return held
  } catch (error) {
    await giveBack(registry, asking.fresh)
    throw error
  }
}

/** What is said of ports that a registry does not hold: somebody has cleared it, or it is another one. */
const NOT_HELD: readonly (string | undefined)[] = [
  'REGISTRY_PROJECT_MISSING',
  'REGISTRY_CLAIM_MISSING',
  'REGISTRY_HOST_MISSING',
]

/** Gives ports back that nothing of this copy listens on any more. Doing it twice is no fault. */
export async function releasePorts(
  { door }: Pick<AskedRegistry, 'door'>,
  held: readonly HeldPort[],
  { signal }: Waiting,
): Promise<void> {
  for (const port of held) {
    try {
      const reason = 'the copy of the stack has ended, or asks for it no longer'
      await door.call('port_release', { ...claimNaming(port), reason }, { signal })
    } catch (error) {
      if (!NOT_HELD.includes(errorCode(error))) throw error
    }
  }
}

/** @throws REGISTRY_LEASE_EXPIRED and others for a port that is held no more */
export async function renewPorts(
  { door }: Pick<AskedRegistry, 'door'>,
  held: readonly HeldPort[],
  { leaseMs, signal }: Waiting & { readonly leaseMs: number },
): Promise<void> {
  for (const port of held) {
    const reason = 'the preview is to run on'
    await door.call('port_renew', { ...claimNaming(port), leaseMs, reason }, { signal })
  }
}

/** The claim that a port is held by. */
export function claimNaming({ project, environment, kind, purpose, transport, host }: HeldPort) {
  return { project, environment, kind, purpose, transport, host }
}

const GIVE_BACK_MS = 10_000

/** Whoever asked is told why it failed, which matters more than what could not be given back; a lease ends by itself. */
async function giveBack(registry: AskedRegistry, held: readonly HeldPort[]): Promise<void> {
  await releasePorts(registry, held, { signal: AbortSignal.timeout(GIVE_BACK_MS) }).catch(() => undefined)
}

async function holdPort(wish: PortWish, asking: Asking): Promise<readonly HeldPort[]> {
  const { copy, leaseMs: previewLeaseMs } = asking.request
  const terms = claimTerms(copy, wish, { bands: asking.bands, previewLeaseMs })
  const [transport = 'tcp', ...others] = wish.transports
  const first = await allocate({ wish, terms, transport }, asking)
  if (others.length === 0) return [first]
  return shareNumber(first, { wish, terms, others }, asking)
}

interface Need {
  readonly wish: PortWish
  readonly terms: ClaimTerms
  readonly transport: Transport
}

/** Allocates, or renews what is held already. */
function allocate(need: Need, asking: Asking): Promise<HeldPort> {
  const { wish } = need
  const shape = wish.shape === 'range' ? { portCount: wish.portCount } : { shape: wish.shape }
  return claimAfresh(need, asking, (input) =>
    asking.registry.door.call('port_allocate', { ...input, ...shape }, asking),
  )
}

/** Claims the numbers that are held at another transport. */
async function register(need: Need, at: Pick<HeldPort, 'first'>, asking: Asking): Promise<HeldPort> {
  const { wish, terms } = need
  const place = { ports: formatPortRange(numbersOf(at, wish)), shape: wish.shape }
  const held = await claimAfresh(need, asking, (input) =>
    asking.registry.door.call('port_register', { ...input, ...place }, asking),
  )
  // What is held already is answered as it is: its lease is renewed by asking for it again.
  return terms.leaseMs === undefined || asking.fresh.includes(held) ? held : allocate(need, asking)
}

interface Granted {
  readonly isNew: boolean
  readonly claim: OutputOf<'port_allocate'>['claim']
}

/** Where the port is held in another size or place, the file has changed since: what it had is of no use any more. */
async function claimAfresh(
  need: Need,
  asking: Asking,
  claim: (input: ReturnType<typeof claimInput>) => Promise<Granted>,
): Promise<HeldPort> {
  const { registry, signal } = asking
  const input = claimInput(need, registry)
  const granted = await claim(input).catch(async (error: unknown) => {
    if (errorCode(error) !== 'REGISTRY_CLAIM_EXISTS') throw error
    const { project, environment, kind, purpose, transport } = input
    const naming = { project, environment, kind, purpose, transport, host: registry.host }
    await registry.door.call('port_release', naming, { signal })
    return claim(input)
  })
  const held = heldPort(need, granted.claim)
  if (granted.isNew) asking.fresh.push(held)
  return held
}

interface Sharing {
  readonly wish: PortWish
  readonly terms: ClaimTerms
  readonly others: readonly Transport[]
}

/** TCP and UDP of one port are two claims under one number, as a program can be told but one. */
async function shareNumber(first: HeldPort, sharing: Sharing, asking: Asking): Promise<readonly HeldPort[]> {
  const { terms, others } = sharing
  const rest: HeldPort[] = []
  try {
    for (const transport of others) rest.push(await register({ ...sharing, transport }, first, asking))
    return [first, ...rest]
  } catch (error) {
    if (!isTaken(error)) throw error
  }
  await releasePorts(asking.registry, [first, ...rest], { signal: asking.signal })
  const { environment, kind } = terms
  const band = asking.bands.find((one) => one.environment === environment && one.kind === kind)
  const place =
    band === undefined ? undefined : await findShared(first, { ...sharing, band: parsePortRange(band.ports) }, asking)
  if (place === undefined) throw noSharedNumber(sharing.wish.key, `${environment}.${kind}`)
  const held: HeldPort[] = []
  for (const transport of [first.transport, ...others]) {
    held.push(await register({ ...sharing, transport }, place, asking))
  }
  return held
}

/** The lowest number above the first that is free over every transport. */
async function findShared(
  first: HeldPort,
  { wish, terms, others, band }: Sharing & { readonly band: PortRange },
  { registry, signal }: Asking,
): Promise<PortRange | undefined> {
  const step = wish.shape === 'pair' ? 2 : 1
  for (let number = first.first + step; ; number += step) {
    const range = numbersOf({ first: number }, wish)
    if (range.last > band.last) return undefined
    const looks = [first.transport, ...others].map((transport) => {
      const input = { ports: formatPortRange(range), transport, project: terms.project, host: registry.host }
      return registry.door.call('port_check', input, { signal })
    })
    if ((await Promise.all(looks)).every(({ isFree }) => isFree)) return range
  }
}

function isTaken(error: unknown): boolean {
  return ['REGISTRY_CLAIM_OVERLAPS', 'REGISTRY_PORTS_QUARANTINED'].includes(errorCode(error) ?? '')
}

function claimInput({ terms, transport }: Need, { host }: AskedRegistry) {
  const { leaseMs, labels, ...names } = terms
  const lease = leaseMs === undefined ? {} : { leaseMs }
  const reason = 'portolan starts a copy of the stack'
  return { ...names, transport, labels: { ...labels }, ...lease, host, reason }
}

/** All numbers that a wish takes: a pair's green one too. */
function numbersOf({ first }: Pick<HeldPort, 'first'>, { shape, portCount }: PortWish): PortRange {
  return portRange(first, first + (shape === 'pair' ? 2 : portCount) - 1)
}

function heldPort({ wish, transport }: Need, claim: Granted['claim']): HeldPort {
  const { project, environment, kind, purpose, host, ports } = claim
  const range = parsePortRange(ports)
  const numbers = { first: range.first, portCount: rangeSize(range) }
  return { key: wish.key, project, environment, kind, purpose, host, transport, ...numbers }
}
