import { AppError, type ErrorCatalogue, errorMessage } from '@portolan/errors'
import { formatPortRange, type PortRange } from '@portolan/ports'
import { type Band, bandName } from './band.ts'
import { type Claim, describeHolder, type ReleasedClaim } from './claim.ts'
import type { SlotEvent, Slots } from './slot.ts'

export const REGISTRY_ERRORS = {
  REGISTRY_REQUEST_INVALID: { status: 400, title: 'The request is not valid' },
  REGISTRY_HOST_MISSING: { status: 404, title: 'The host is not registered' },
  REGISTRY_HOST_UNKNOWN: { status: 503, title: 'The host could not be observed' },
  REGISTRY_HOST_IN_USE: { status: 409, title: 'The host still has claims' },
  REGISTRY_BAND_MISSING: { status: 404, title: 'No band for this environment and kind' },
  REGISTRY_BAND_FULL: { status: 409, title: 'The band is full' },
  REGISTRY_BANDS_INVALID: { status: 400, title: 'The bands contradict each other' },
  REGISTRY_PORT_OUT_OF_BAND: { status: 400, title: 'The ports are outside the band' },
  REGISTRY_PAIR_INVALID: { status: 400, title: 'Not a pair' },
  REGISTRY_CLAIM_OVERLAPS: { status: 409, title: 'The ports are already claimed' },
  REGISTRY_CLAIM_EXISTS: { status: 409, title: 'The project already holds other ports for this purpose' },
  REGISTRY_QUOTA_REACHED: { status: 409, title: 'The project has as many claims as it may have' },
  REGISTRY_CLAIM_MISSING: { status: 404, title: 'No such claim' },
  REGISTRY_CLAIM_RELEASED: { status: 409, title: 'The claim is released' },
  REGISTRY_CLAIM_IN_USE: { status: 409, title: 'Something is deployed on the claim' },
  REGISTRY_PROJECT_MISSING: { status: 404, title: 'The project holds no such ports' },
  REGISTRY_PORTS_QUARANTINED: { status: 409, title: 'The ports were released a moment ago' },
  REGISTRY_NOT_OWNER: { status: 403, title: 'Another project holds the claim' },
  REGISTRY_TOKEN_STALE: { status: 409, title: 'The token is stale' },
  REGISTRY_TOKEN_NEVER_ISSUED: { status: 400, title: 'The token was never issued' },
  REGISTRY_LEASE_EXPIRED: { status: 409, title: 'The lease is over' },
  REGISTRY_LEASE_MISSING: { status: 409, title: 'The claim has no lease' },
  REGISTRY_SLOT_REFUSED: { status: 409, title: 'The slot cannot change so' },
  REGISTRY_SLOTS_MISSING: { status: 409, title: 'The claim has no slots' },
  REGISTRY_IDEMPOTENCY_CONFLICT: { status: 409, title: 'The idempotency key stands for another request' },
  REGISTRY_PLAN_REFUSED: { status: 409, title: 'A step of the plan is refused' },
  REGISTRY_STORE_UNAVAILABLE: { status: 503, title: 'The database cannot be reached' },
  REGISTRY_OUTCOME_UNKNOWN: { status: 503, title: 'The database was lost before it answered' },
  REGISTRY_CLOSED: { status: 503, title: 'The registry is closing' },
} as const satisfies ErrorCatalogue

type RegistryErrorCode = keyof typeof REGISTRY_ERRORS

interface Rest {
  readonly cause?: unknown
  readonly details?: Readonly<Record<string, unknown>>
}

function registryError(code: RegistryErrorCode, message: string, rest: Rest = {}): AppError {
  return new AppError(code, message, { status: REGISTRY_ERRORS[code].status, ...rest })
}

/** One field of a request that cannot be used, and why. */
export interface RequestFault {
  readonly field: string
  readonly expected: string
}

export function requestInvalid(faults: readonly RequestFault[]): AppError {
  const list = faults.map(({ field, expected }) => `"${field}" has to be ${expected}`).join('; ')
  return registryError('REGISTRY_REQUEST_INVALID', `The request is not valid: ${list}. Correct it and ask again.`, {
    details: { faults: faults.map((fault) => ({ ...fault, reason: `has to be ${fault.expected}` })) },
  })
}

export function hostMissing(host: string): AppError {
  const message = `Host "${host}" is not registered, so no ports can be claimed on it. Register it, or correct the name.`
  return registryError('REGISTRY_HOST_MISSING', message, { details: { host } })
}

export function hostUnknown(host: string, observer: string, cause: unknown): AppError {
  const message =
    `Observer "${observer}" did not answer for host "${host}", so no port of it counts as free: ` +
    `${errorMessage(cause)} Every observer has to answer. Repair this one, take it off the host, ` +
    `or ask with "evenIfUnknown" to trust the claims alone.`
  return registryError('REGISTRY_HOST_UNKNOWN', message, { cause, details: { host, observer } })
}

export function hostInUse(host: string, claimCount: number): AppError {
  const message = `Host "${host}" still has ${claimCount} claims. Expected none. Release them, then remove the host.`
  return registryError('REGISTRY_HOST_IN_USE', message, { details: { host, claimCount } })
}

export function bandMissing(asked: Pick<Band, 'environment' | 'kind'>, bands: readonly Band[]): AppError {
  const known = bands.map(bandName).toSorted()
  const message =
    `There is no band "${bandName(asked)}". Known are: ${known.join(', ')}. ` +
    `Ask for one of them, or declare the band.`
  return registryError('REGISTRY_BAND_MISSING', message, { details: { band: bandName(asked), known } })
}

/** Somebody who holds a part of a full band. */
export interface BandHolder {
  readonly claimId: number
  readonly project: string
  /** Such as `worb (production, app, main)`. */
  readonly holder: string
  readonly ports: string
  readonly since: string
  /** What makes it look abandoned; empty when nothing does. */
  readonly looksDead: readonly string[]
}

/** A band without room, as the details of the error tell it. */
export interface FullBand {
  readonly host: string
  /** `production.app` */
  readonly band: string
  /** What the band is: `4000-4499`. */
  readonly ports: string
  readonly wanted: string
  readonly holders: readonly BandHolder[]
  /** How many candidates were skipped for each reason. */
  readonly skippedCounts: Readonly<Record<string, number>>
}

const NAMED_HOLDERS = 5

export function bandFull(full: FullBand): AppError {
  const { host, band, ports: range, wanted, holders, skippedCounts } = full
  const dead = holders.filter(({ looksDead }) => looksDead.length > 0)
  const counts = Object.entries(skippedCounts).map(([reason, count]) => `${count} ${reason}`)
  const name = ({ claimId, holder, ports, looksDead }: BandHolder) =>
    `claim ${claimId} of ${holder} on ${ports}` + (looksDead.length === 0 ? '' : ` (${looksDead.join(', ')})`)
  const named = (dead.length > 0 ? dead : holders).slice(0, NAMED_HOLDERS).map(name)
  const rest =
    named.length === 0 ? '' : ` ${dead.length > 0 ? 'These look dead' : 'Among the holders'}: ${named.join('; ')}.`
  const message =
    `Band "${band}" (${range}) of host "${host}" has no free ${wanted}: of its ` +
    `candidates ${counts.join(', ')}.${rest} Release what nobody needs, or declare a larger band.`
  return registryError('REGISTRY_BAND_FULL', message, { details: { ...full } })
}

export function bandsInvalid(reason: string): AppError {
  const message = `The bands cannot be used: ${reason}. Expected one range for each environment and kind. Correct them.`
  return registryError('REGISTRY_BANDS_INVALID', message)
}

export function portOutOfBand(range: PortRange, band: Band): AppError {
  const ports = formatPortRange(range)
  const message =
    `"${ports}" is not inside band "${bandName(band)}", which is ${formatPortRange(band.range)}. ` +
    `Choose ports inside it, or claim with "evenIfOutOfBand" what is there already.`
  return registryError('REGISTRY_PORT_OUT_OF_BAND', message, { details: { ports, band: bandName(band) } })
}

export function pairInvalid(range: PortRange): AppError {
  const ports = formatPortRange(range)
  const message =
    `"${ports}" is not a pair. Expected an even port (blue) and the next odd one (green), such as "4100-4101". ` +
    `Choose another first port, or claim single ports.`
  return registryError('REGISTRY_PAIR_INVALID', message, { details: { ports } })
}

function claimDetails(claim: Claim): Readonly<Record<string, unknown>> {
  const { id, host, transport, range, project, environment, kind, purpose } = claim
  return { claimId: id, host, transport, ports: formatPortRange(range), project, environment, kind, purpose }
}

/** The sentence says no more of the holder than everybody may know; the details do. */
export function claimOverlaps(range: PortRange, holder: Claim | undefined, cause?: unknown): AppError {
  const by = holder === undefined ? '' : ` by "${holder.project}" with claim ${holder.id}`
  const held = holder === undefined ? '' : ` (${formatPortRange(holder.range)}/${holder.transport})`
  const message =
    `"${formatPortRange(range)}" is already claimed${by}${held}. Expected ports that nobody holds. ` +
    `Choose others, or have that claim released by its owner.`
  const details = { ports: formatPortRange(range), ...(holder === undefined ? {} : { holder: claimDetails(holder) }) }
  return registryError('REGISTRY_CLAIM_OVERLAPS', message, { cause, details })
}

/** @param wanted what was asked for, such as `a pair` or `4100-4101` */
export function claimExists(claim: Claim, wanted: string): AppError {
  const message =
    `${describeHolder(claim)} already holds ${formatPortRange(claim.range)} (${claim.shape}) on host "${claim.host}" with ` +
    `claim ${claim.id}, not ${wanted}. Give another "purpose" to hold both, or release that claim first.`
  return registryError('REGISTRY_CLAIM_EXISTS', message, { details: { ...claimDetails(claim), wanted } })
}

export function quotaReached(project: string, { host, limit }: { host: string; limit: number }): AppError {
  const message =
    `Project "${project}" has ${limit} claims on host "${host}", and none may have more. ` +
    `Release what it no longer needs, or have the limit raised ("limits.claimsPerProject" in the settings).`
  return registryError('REGISTRY_QUOTA_REACHED', message, { details: { project, host, limit } })
}

export function claimMissing(claimId: number): AppError {
  const message = `There is no claim "${claimId}". Expected a number that the registry has given. Look it up by its port.`
  return registryError('REGISTRY_CLAIM_MISSING', message, { details: { claimId } })
}

export function claimReleased(claim: ReleasedClaim): AppError {
  const at = claim.releasedAt.toISOString()
  const message = `Claim ${claim.id} was released at ${at} and holds nothing any more. Allocate anew.`
  return registryError('REGISTRY_CLAIM_RELEASED', message, { details: { ...claimDetails(claim), releasedAt: at } })
}

export function claimInUse(claim: Claim): AppError {
  const { blue, green } = claim.slots
  const message =
    `Claim ${claim.id} of ${describeHolder(claim)} is in use: blue is ${blue.state}, green is ${green.state}. ` +
    `Expected both to be empty. Retire and clear them, or release with "evenIfInUse".`
  const details = { ...claimDetails(claim), blue: blue.state, green: green.state }
  return registryError('REGISTRY_CLAIM_IN_USE', message, { details })
}

export function projectMissing(project: string, wanted: string): AppError {
  const message = `Project "${project}" holds no ports for ${wanted}. Correct the name, or allocate them.`
  return registryError('REGISTRY_PROJECT_MISSING', message, { details: { project, wanted } })
}

export function portsQuarantined(range: PortRange, project: string, until: Date): AppError {
  const message =
    `"${formatPortRange(range)}" was released by "${project}" a moment ago and is kept for it until ` +
    `${until.toISOString()}, for callers and caches may still mean it. Choose other ports, or wait.`
  const details = { ports: formatPortRange(range), project, until: until.toISOString() }
  return registryError('REGISTRY_PORTS_QUARANTINED', message, { details })
}

export function notOwner(claim: Claim, project: string): AppError {
  const message =
    `Claim ${claim.id} (${formatPortRange(claim.range)}) belongs to "${claim.project}", not to "${project}". ` +
    `Only its owner changes it: leaking ports is better than freeing another's. Ask that owner.`
  return registryError('REGISTRY_NOT_OWNER', message, { details: { ...claimDetails(claim), askedBy: project } })
}

export function tokenStale(claim: Claim, token: number): AppError {
  const message =
    `Token ${token} of claim ${claim.id} is stale: somebody took the claim over with token ${claim.token}. ` +
    `Stop this deployment; what it would change is no longer its own.`
  return registryError('REGISTRY_TOKEN_STALE', message, {
    details: { ...claimDetails(claim), token, current: claim.token },
  })
}

export function tokenNeverIssued(claim: Claim, token: number): AppError {
  const message = `Token ${token} was never issued for claim ${claim.id}. Expected ${claim.token}. Show the token as it was given.`
  return registryError('REGISTRY_TOKEN_NEVER_ISSUED', message, { details: { ...claimDetails(claim), token } })
}

export function leaseExpired(claim: Claim & { state: 'leased' }): AppError {
  const until = claim.leaseUntil.toISOString()
  const message =
    `The lease of claim ${claim.id} was over at ${until}, so its ports may be given away. ` +
    `Allocate again: as long as nobody else has them, they come back with a new token.`
  return registryError('REGISTRY_LEASE_EXPIRED', message, { details: { ...claimDetails(claim), leaseUntil: until } })
}

export function leaseMissing(claim: Claim): AppError {
  const message = `Claim ${claim.id} is held without a lease, so there is nothing to renew. Go on: it does not expire.`
  return registryError('REGISTRY_LEASE_MISSING', message, { details: claimDetails(claim) })
}

export function slotRefused(slots: Slots, event: SlotEvent, reason: string): AppError {
  const { blue, green } = slots
  const message =
    `"${event.type}" is refused: ${reason}. Blue is ${blue.state} and green is ${green.state}; the way is empty, deployed, ` +
    `active, grace, empty. Look at the slots, and bring them there first.`
  const details = { event: event.type, blue: blue.state, green: green.state }
  return registryError('REGISTRY_SLOT_REFUSED', message, { details })
}

export function slotsMissing(claim: Claim): AppError {
  const message = `Claim ${claim.id} is a ${claim.shape}, and only a pair has slots. Claim a pair for blue and green.`
  return registryError('REGISTRY_SLOTS_MISSING', message, { details: claimDetails(claim) })
}

export function idempotencyConflict(project: string, key: string): AppError {
  const message =
    `The idempotency key "${key}" of project "${project}" already stands for another request. ` +
    `Expected the same request again. Use a new key for a new request.`
  return registryError('REGISTRY_IDEMPOTENCY_CONFLICT', message, { details: { project, key } })
}

/** @param step which one, from 0 */
export function planRefused(step: number, cause: AppError): AppError {
  const message = `Step ${step + 1} of the plan is refused, so nothing of it was done: ${cause.message}`
  return registryError('REGISTRY_PLAN_REFUSED', message, {
    cause,
    details: { step, code: cause.code, ...cause.details },
  })
}

export function storeUnavailable(cause: unknown): AppError {
  const message = `The registry's database cannot be reached; nothing was changed. Ask again in a moment.`
  return registryError('REGISTRY_STORE_UNAVAILABLE', message, { cause })
}

export function outcomeUnknown(cause: unknown): AppError {
  const message =
    `The registry's database was lost before it answered, so this may be done or not. Ask the same again ` +
    `(with the same idempotency key): what was done is answered, and not done twice.`
  return registryError('REGISTRY_OUTCOME_UNKNOWN', message, { cause })
}

export function registryClosed(): AppError {
  return registryError('REGISTRY_CLOSED', 'The registry is closing and takes no new work. Ask another one, or later.')
}
