import type { Waiting } from '@portolan/errors'
import { type Pool, withTransaction } from '@portolan/postgres'
import { type AllocateRequest, type AllocateResult, allocateOperation, checkAllocateRequest } from './allocate.ts'
import { deleteAnswers } from './answer-repository.ts'
import { type Band, bandName } from './band.ts'
import type { BlockedPorts } from './blocked-ports.ts'
import { type ChangeSlotsRequest, changeSlotsOperation, checkSlotEvent } from './change-slots.ts'
import { type CheckRequest, type CheckResult, checkCheckRequest, checkOperation } from './check-ports.ts'
import type { Claim } from './claim.ts'
import { type ClaimRequest, checkClaimRequest, claimOperation } from './claim-ports.ts'
import {
  type ClaimFilter,
  type ClaimPage,
  checkPage,
  type EventPage,
  type HeldFilter,
  type HistoryFilter,
  type Page,
} from './claim-query.ts'
import { findClaim } from './claim-repository.ts'
import {
  checkBandsRequest,
  checkHostRequest,
  type DeclareBandsRequest,
  type DeclareHostRequest,
  declareBands,
  declareHost,
  type RemoveHostRequest,
  removeHost,
} from './declarations.ts'
import { claimMissing, projectMissing, registryClosed, requestInvalid } from './errors.ts'
import { type ExpiredLeases, expireOperation } from './expire-leases.ts'
import { expireSlotsOperation } from './expire-slots.ts'
import type { Host } from './host.ts'
import type { HostLanes } from './host-lanes.ts'
import { findHost, listBands, listHosts } from './host-repository.ts'
import type { HostView } from './host-view.ts'
import type { HostWatch } from './host-watch.ts'
import { checkRaiseNumbers, type NumberFloor, type RaiseNumbersRequest, raiseNumbers } from './number-floor.ts'
import type { Operation } from './operation.ts'
import { applyPlan, checkPlan, type Plan, type PlanResult } from './plan.ts'
import { DEFAULT_PURPOSE } from './purpose.ts'
import { listClaims, listEvents } from './query-repository.ts'
import type { RegistryDatabase, RegistrySchema, RegistryTransaction } from './registry-schema.ts'
import { checkClaimChange, type ReleaseRequest, type ReleaseResult, releaseOperation } from './release.ts'
import { checkLease, type RenewRequest, renewOperation } from './renew.ts'
import { explainStoreFailure, isConstraintViolation } from './store-failure.ts'
import { type TakeOverRequest, takeOverOperation } from './take-over.ts'

interface RegistryParts {
  readonly pool: Pool<RegistrySchema>
  readonly lanes: HostLanes
  readonly watch: HostWatch
  readonly now: () => Date
  readonly quarantineMs: number
  readonly answerTtlMs: number
  readonly blocked: readonly BlockedPorts[]
  /** Ends what is tried again, and looks at hosts. */
  readonly ending: AbortController
}

const CLOSE_GRACE_MS = 10_000

/**
 * Who holds which ports of which host. Any number of processes may open the same registry: the database decides.
 * Every answer is durable before it is given. Make one with `openRegistry`.
 *
 * All methods throw REGISTRY_STORE_UNAVAILABLE (nothing was done), REGISTRY_OUTCOME_UNKNOWN (ask the same again) and
 * REGISTRY_CLOSED; those that take a request throw REGISTRY_REQUEST_INVALID with every fault.
 */
export class Registry implements AsyncDisposable {
  readonly #parts: RegistryParts
  #closing: Promise<void> | undefined
  #destroying: Promise<void> | undefined

  constructor(parts: RegistryParts) {
    this.#parts = parts
  }

  /**
   * The lowest free ports of a band, claimed. Who asks again for the same (project, environment, kind, purpose,
   * transport on that host) gets what he has.
   * @throws REGISTRY_BAND_FULL with who holds it, REGISTRY_BAND_MISSING, REGISTRY_HOST_MISSING, REGISTRY_HOST_UNKNOWN,
   *   REGISTRY_QUOTA_REACHED, REGISTRY_CLAIM_EXISTS (another shape), REGISTRY_IDEMPOTENCY_CONFLICT
   */
  async allocate(request: AllocateRequest, { signal }: Waiting): Promise<AllocateResult> {
    checkAllocateRequest(request)
    const view = await this.#parts.watch.look(request.host, { signal })
    return this.#submit(request.host, allocateOperation(request, view), { signal })
  }

  /**
   * Exactly these ports, claimed.
   * @throws REGISTRY_CLAIM_OVERLAPS, REGISTRY_PORTS_QUARANTINED, REGISTRY_PORT_OUT_OF_BAND, REGISTRY_PAIR_INVALID,
   *   REGISTRY_QUOTA_REACHED, REGISTRY_CLAIM_EXISTS, REGISTRY_BAND_MISSING, REGISTRY_HOST_MISSING, REGISTRY_IDEMPOTENCY_CONFLICT
   */
  async claim(request: ClaimRequest, { signal }: Waiting): Promise<AllocateResult> {
    checkClaimRequest(request)
    return this.#submit(request.host, claimOperation(request), { signal })
  }

  /**
   * Gives a claim back; its ports stay with the project for the quarantine. Idempotent.
   * @throws REGISTRY_NOT_OWNER, REGISTRY_TOKEN_STALE, REGISTRY_TOKEN_NEVER_ISSUED, REGISTRY_CLAIM_IN_USE,
   *   REGISTRY_CLAIM_MISSING, REGISTRY_IDEMPOTENCY_CONFLICT
   */
  async release(request: ReleaseRequest, { signal }: Waiting): Promise<ReleaseResult> {
    checkClaimChange(request)
    const { quarantineMs } = this.#parts
    return this.#submitTo(request.claimId, releaseOperation(request, { quarantineMs }), { signal })
  }

  /**
   * Lengthens a lease.
   * @throws REGISTRY_LEASE_EXPIRED, REGISTRY_LEASE_MISSING, REGISTRY_CLAIM_RELEASED, REGISTRY_CLAIM_MISSING,
   *   REGISTRY_NOT_OWNER, REGISTRY_TOKEN_STALE, REGISTRY_TOKEN_NEVER_ISSUED, REGISTRY_IDEMPOTENCY_CONFLICT
   */
  async renew(request: RenewRequest, { signal }: Waiting): Promise<Claim> {
    checkClaimChange(request)
    checkLease(request)
    return this.#submitTo(request.claimId, renewOperation(request), { signal })
  }

  /**
   * A higher token, so that whoever has an older one is refused from now on.
   * @throws REGISTRY_CLAIM_RELEASED, REGISTRY_CLAIM_MISSING, REGISTRY_NOT_OWNER, REGISTRY_TOKEN_STALE,
   *   REGISTRY_TOKEN_NEVER_ISSUED, REGISTRY_IDEMPOTENCY_CONFLICT
   */
  async takeOver(request: TakeOverRequest, { signal }: Waiting): Promise<Claim> {
    checkClaimChange(request)
    checkLease(request)
    return this.#submitTo(request.claimId, takeOverOperation(request), { signal })
  }

  /**
   * Moves the slots of a pair.
   * @throws REGISTRY_SLOT_REFUSED, REGISTRY_SLOTS_MISSING, REGISTRY_CLAIM_RELEASED, REGISTRY_CLAIM_MISSING,
   *   REGISTRY_NOT_OWNER, REGISTRY_TOKEN_STALE, REGISTRY_TOKEN_NEVER_ISSUED, REGISTRY_IDEMPOTENCY_CONFLICT
   */
  async changeSlots(request: ChangeSlotsRequest, { signal }: Waiting): Promise<Claim> {
    checkClaimChange(request)
    checkSlotEvent(request.event)
    return this.#submitTo(request.claimId, changeSlotsOperation(request), { signal })
  }

  /** Whether ports could be had now, and what stands in the way. @throws REGISTRY_HOST_MISSING */
  async check(request: CheckRequest, { signal }: Waiting): Promise<CheckResult> {
    checkCheckRequest(request)
    const view = await this.#parts.watch.look(request.host, { signal })
    return this.#submit(request.host, checkOperation(request, view), { signal })
  }

  /**
   * Gives back leases that are over and whose ports are closed, and forgets old idempotency keys. Whoever serves the
   * registry calls it now and then.
   */
  async sweep({ signal }: Waiting): Promise<ExpiredLeases> {
    const { watch, quarantineMs, now, answerTtlMs } = this.#parts
    const released: Claim[] = []
    const kept: Claim[] = []
    for (const { name } of await this.listHosts({ signal })) {
      const view = await watch.look(name, { signal })
      const swept = await this.#submit(name, expireOperation(view, { quarantineMs, actor: 'sweep' }), { signal })
      released.push(...swept.released)
      kept.push(...swept.kept)
    }
    await this.#read((db) => deleteAnswers(db, new Date(now().getTime() - answerTtlMs)), { signal })
    return { released, kept }
  }

  /**
   * Empties the halves whose grace is over and on whose ports nothing listens, on hosts that are looked at: what still
   * runs is in the way of the next deployment. Whoever serves the registry calls it now and then.
   * @returns the claims that were changed
   */
  async expireSlots({ signal }: Waiting): Promise<readonly Claim[]> {
    const changed: Claim[] = []
    for (const { name } of await this.listHosts({ signal })) {
      const view = await this.#parts.watch.look(name, { signal })
      changed.push(...(await this.#submit(name, expireSlotsOperation(view, { actor: 'sweep' }), { signal })))
    }
    return changed
  }

  /**
   * All steps or none, over any number of hosts.
   * @throws REGISTRY_PLAN_REFUSED with the step and its reason, REGISTRY_HOST_MISSING, REGISTRY_IDEMPOTENCY_CONFLICT
   */
  async apply(plan: Plan, { signal }: Waiting): Promise<PlanResult> {
    checkPlan(plan)
    const { watch, quarantineMs, answerTtlMs, blocked } = this.#parts
    const hosts = plan.steps.flatMap((step) => (step.type === 'allocate' ? [step.request.host] : []))
    const viewsByHost = new Map<string, HostView>()
    for (const host of new Set(hosts)) viewsByHost.set(host, await watch.look(host, { signal }))
    const now = this.#parts.now()
    const context = { viewsByHost, quarantineMs, blocked, now, answersSince: new Date(now.getTime() - answerTtlMs) }
    const work = () => this.#change((tx) => applyPlan(tx, plan, context), { signal })
    // The same key was used on another host in the same moment: now there is an answer under it.
    return work().catch((error: unknown) => (isConstraintViolation(error) ? work() : Promise.reject(error)))
  }

  /**
   * What a project holds for one need.
   * @throws REGISTRY_PROJECT_MISSING; REGISTRY_REQUEST_INVALID when it is on several hosts and none was named
   */
  async getHeld(held: HeldFilter, { signal }: Waiting): Promise<Claim> {
    const { claims } = await this.listClaims({ purpose: DEFAULT_PURPOSE, transport: 'tcp', ...held }, { signal })
    const [claim, ...others] = claims
    if (claim === undefined) throw projectMissing(held.project, bandName(held))
    const hosts = claims.map(({ host }) => host).join(', ')
    if (others.length > 0) throw requestInvalid([{ field: 'host', expected: `one of ${hosts}` }])
    return claim
  }

  async findClaim(claimId: number, { signal }: Waiting): Promise<Claim | undefined> {
    return this.#read((db) => findClaim(db, claimId), { signal })
  }

  /** In the order of their numbers. */
  async listClaims(filter: ClaimFilter, { signal, ...page }: Page & Waiting): Promise<ClaimPage> {
    checkPage(page)
    return this.#read((db) => listClaims(db, filter, page), { signal })
  }

  /** Who did what, when, and why; the newest first. */
  async listEvents(filter: HistoryFilter, { signal, ...page }: Page & Waiting): Promise<EventPage> {
    checkPage(page)
    return this.#read((db) => listEvents(db, filter, page), { signal })
  }

  /** Registers a host, or changes what is known of it. */
  async declareHost(request: DeclareHostRequest, { signal }: Waiting): Promise<Host> {
    checkHostRequest(request)
    return this.#change((tx) => declareHost(tx, request, this.#parts.now()), { signal })
  }

  /** @throws REGISTRY_HOST_IN_USE, REGISTRY_HOST_MISSING */
  async removeHost(request: RemoveHostRequest, { signal }: Waiting): Promise<void> {
    await this.#change((tx) => removeHost(tx, request, this.#parts.now()), { signal })
  }

  async findHost(name: string, { signal }: Waiting): Promise<Host | undefined> {
    return this.#read((db) => findHost(db, name), { signal })
  }

  async listHosts({ signal }: Waiting): Promise<readonly Host[]> {
    return this.#read(listHosts, { signal })
  }

  /** In place of all bands. Claims stay where they are. @throws REGISTRY_BANDS_INVALID */
  async declareBands(request: DeclareBandsRequest, { signal }: Waiting): Promise<void> {
    checkBandsRequest(request)
    await this.#change((tx) => declareBands(tx, request, this.#parts.now()), { signal })
  }

  /**
   * From now on every token and every new claim's number is above the given ones: for a registry that is rebuilt after
   * its database was lost, while out there somebody may still show a token of the old one. Idempotent; never lowers.
   */
  async raiseNumbers(request: RaiseNumbersRequest, { signal }: Waiting): Promise<NumberFloor> {
    checkRaiseNumbers(request)
    return this.#change((tx) => raiseNumbers(tx, request, this.#parts.now()), { signal })
  }

  async listBands({ signal }: Waiting): Promise<readonly Band[]> {
    return this.#read(listBands, { signal })
  }

  /** Answers what was asked, until the signal fires. */
  close({ signal }: Waiting): Promise<void> {
    this.#closing ??= this.#closeWithin(signal)
    return this.#closing
  }

  /** Cuts the database off: what is asked rejects. */
  destroy(cause: unknown): Promise<void> {
    this.#destroying ??= this.#cut(cause)
    return this.#destroying
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close({ signal: AbortSignal.timeout(CLOSE_GRACE_MS) })
  }

  async #closeWithin(signal: AbortSignal): Promise<void> {
    const cut = (): void => {
      void this.destroy(signal.reason) // the lanes below then end, each with its failure, and it does not reject
    }
    signal.addEventListener('abort', cut, { once: true })
    if (signal.aborted) cut()
    try {
      await this.#parts.lanes.close()
      this.#parts.ending.abort(registryClosed())
      await this.#parts.pool.close({ signal })
    } finally {
      signal.removeEventListener('abort', cut)
    }
  }

  async #cut(cause: unknown): Promise<void> {
    const { ending, pool, lanes } = this.#parts
    ending.abort(cause)
    await pool.destroy(cause)
    await lanes.close()
  }

  async #submit<Result>(host: string, operation: Operation<Result>, { signal }: Waiting): Promise<Result> {
    return this.#parts.lanes.laneOf(host).submit(operation, { signal })
  }

  /** A claim never moves to another host, so where it is found once it stays. */
  async #submitTo<Result>(claimId: number, operation: Operation<Result>, { signal }: Waiting): Promise<Result> {
    const lane = this.#parts.lanes.findLaneOfClaim(claimId)
    if (lane !== undefined) return lane.submit(operation, { signal })
    const claim = await this.findClaim(claimId, { signal })
    if (claim === undefined) throw claimMissing(claimId)
    return this.#submit(claim.host, operation, { signal })
  }

  async #read<Result>(work: (db: RegistryDatabase) => Promise<Result>, { signal }: Waiting): Promise<Result> {
    this.#refuseWhenClosed(signal)
    try {
      return await work(this.#parts.pool.db)
    } catch (error) {
      throw explainStoreFailure(error, 'reading')
    }
  }

  async #change<Result>(work: (tx: RegistryTransaction) => Promise<Result>, { signal }: Waiting): Promise<Result> {
    this.#refuseWhenClosed(signal)
    try {
      return await withTransaction(this.#parts.pool, work, { signal })
    } catch (error) {
      throw explainStoreFailure(error, 'writing')
    }
  }

  #refuseWhenClosed(signal: AbortSignal): void {
    signal.throwIfAborted()
    if (this.#closing !== undefined || this.#destroying !== undefined) throw registryClosed()
  }
}
