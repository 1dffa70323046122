import { LINUX_EPHEMERAL_RANGE } from '@portolan/ports'
import { type Band, bandName, bandsFault } from './band.ts'
import { bandsInvalid, hostInUse, hostMissing } from './errors.ts'
import type { Host, HostDraft } from './host.ts'
import { findHost, findHostId, hideHost, lockHost, putHost, replaceBands } from './host-repository.ts'
import { addEvent, countLive } from './query-repository.ts'
import type { RegistryTransaction } from './registry-schema.ts'
import { type Authored, RequestCheck } from './request.ts'

export type DeclareHostRequest = HostDraft & Omit<Authored, 'idempotencyKey'>

export interface DeclareBandsRequest extends Omit<Authored, 'idempotencyKey'> {
  readonly bands: readonly Band[]
}

export interface RemoveHostRequest extends Omit<Authored, 'idempotencyKey'> {
  readonly host: string
}

const NOBODY = 'registry'
const LOCKED_IDLE_LIMIT_MS = 5_000

/** @throws REGISTRY_REQUEST_INVALID */
export function checkHostRequest(request: DeclareHostRequest): void {
  const { name, addresses = [], ephemeralRange } = request
  const check = new RequestCheck().name('name', name).authored(request)
  for (const address of addresses) check.text('addresses', address)
  if (ephemeralRange !== undefined && ephemeralRange !== 'none') check.range('ephemeralRange', ephemeralRange)
  check.done()
}

/** @throws REGISTRY_REQUEST_INVALID, REGISTRY_BANDS_INVALID */
export function checkBandsRequest(request: DeclareBandsRequest): void {
  const check = new RequestCheck().authored(request)
  for (const band of request.bands) {
    check.name('environment', band.environment).name('kind', band.kind).range(bandName(band), band.range)
  }
  check.done()
  const fault = bandsFault(request.bands)
  if (fault !== undefined) throw bandsInvalid(fault)
}

/** A new host, or other facts of a known one; its claims stay. */
export async function declareHost(tx: RegistryTransaction, request: DeclareHostRequest, at: Date): Promise<Host> {
  const { name, addresses = [], ephemeralRange = LINUX_EPHEMERAL_RANGE, actor = NOBODY, reason } = request
  const range = ephemeralRange === 'none' ? undefined : ephemeralRange
  const known = await findHost(tx, name)
  const host: Host = { name, addresses, ephemeralRange: range, createdAt: known?.createdAt ?? at }
  const hostId = await putHost(tx, host)
  const details = { addresses, ephemeralRange: range ?? null }
  await addEvent(tx, { at, type: 'host-declared', hostId, actor, reason, details: { name, ...details } })
  return host
}

/**
 * Takes a host off that holds nothing. What it held stays in the history, so it goes on existing there, unseen.
 * @throws REGISTRY_HOST_MISSING, REGISTRY_HOST_IN_USE
 */
export async function removeHost(tx: RegistryTransaction, request: RemoveHostRequest, at: Date): Promise<void> {
  const { host, actor = NOBODY, reason } = request
  await lockHost(tx, host, { idleLimitMs: LOCKED_IDLE_LIMIT_MS })
  const hostId = await findHostId(tx, host)
  if (hostId === undefined) throw hostMissing(host)
  const claimCount = await countLive(tx, hostId)
  if (claimCount > 0) throw hostInUse(host, claimCount)
  await hideHost(tx, hostId, at)
  await addEvent(tx, { at, type: 'host-removed', hostId, actor, reason, details: { name: host } })
}

export async function declareBands(tx: RegistryTransaction, request: DeclareBandsRequest, at: Date): Promise<void> {
  const { bands, actor = NOBODY, reason } = request
  await replaceBands(tx, bands)
  await addEvent(tx, { at, type: 'bands-declared', hostId: undefined, actor, reason, details: { bands } })
}
