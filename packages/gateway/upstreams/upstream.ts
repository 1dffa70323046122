import type { UpstreamPoolOptions } from '../http1/upstream-pool.ts'
import { askHealth } from './ask-health.ts'
import { HALVES, otherHalf } from './half.ts'
import { Holding } from './holding.ts'
import { LeavingTargets } from './leaving-targets.ts'
import { RetryBudget } from './retry-budget.ts'
import { RollbackWatch } from './rollback-watch.ts'
import { Target, type TargetEvents, type TargetSettings } from './target.ts'
import {
  CONNECTION_DEFAULTS,
  GRACE_DEFAULT_MS,
  HOLD_DEFAULTS,
  type HoldLimits,
  ROLLBACK_DEFAULTS,
  type UpstreamDeclaration,
} from './upstream-declaration.ts'
import { circuitOpen, slotEmpty, upstreamBusy, upstreamRestarting } from './upstream-errors.ts'
import type { UpstreamEvent } from './upstream-event.ts'
import type { UpstreamState } from './upstream-state.ts'
import { type Waiter, WaitingLine } from './waiting-line.ts'

export interface UpstreamOptions extends UpstreamPoolOptions {
  readonly onEvent: (event: UpstreamEvent) => void
}

/** A half that was active and finishes what it has begun. */
interface Drain {
  readonly target: Target
  endsAtMs: number
}

/** How long a request waits for news of the slots, when nothing listens at the active half. */
const NEWS_MS = 1_500
/** For the half before to say that it still works. */
const LOOK_BACK_MS = 5_000

/** What stands behind a route: made when a configuration is swapped, and kept as long as one names it. */
export class Upstream {
  readonly name: string
  readonly #options: UpstreamOptions
  readonly #targetEvents: TargetEvents
  readonly #line = new WaitingLine()
  readonly #holding: Holding
  readonly #retries: RetryBudget
  readonly #leaving = new LeavingTargets()
  #declaration: UpstreamDeclaration
  #hold: HoldLimits = HOLD_DEFAULTS
  /** By half, address and version: what is declared with others is another target. */
  #targets = new Map<string, Target>()
  #active: Target | undefined
  #other: Target | undefined
  /** Which one the configuration says is active; a roll-back may have decided otherwise. */
  #wantedKey: string | undefined
  #drain: Drain | undefined
  #probation: RollbackWatch | undefined
  /** What was rolled back: it takes nothing over. */
  #distrusted: Target | undefined

  constructor(declaration: UpstreamDeclaration, options: UpstreamOptions) {
    this.name = declaration.name
    this.#declaration = declaration
    this.#options = options
    this.#retries = new RetryBudget(options.clock.nowMs)
    this.#holding = new Holding(this.#line, (isHolding) => {
      this.#tell({ type: isHolding ? 'holding' : 'released', upstream: this.name })
      if (!isHolding) this.#advance()
    })
    this.#targetEvents = {
      onFailure: () => this.#probation?.look(),
      onFreed: () => {
        if (this.#line.count > 0) this.#advance()
      },
      onCircuit: (target, state) => this.#tell({ type: 'circuit', upstream: this.name, target: target.name, state }),
      onHealth: (target, reason) => this.#tellHealth(target, reason),
    }
    this.apply(declaration)
  }

  /**
   * Where a request goes.
   * @returns undefined when it has to wait; it is told
   * @throws why it can go nowhere: GATEWAY_CIRCUIT_OPEN, GATEWAY_UPSTREAM_BUSY, GATEWAY_UPSTREAM_RESTARTING,
   *   GATEWAY_SLOT_EMPTY
   */
  choose(waiter: Waiter): Target | undefined {
    const active = this.#active
    if (active?.isReady === true && !this.#holding.isHolding) return active
    return this.#chooseElse(waiter)
  }

  /** Whether a request may be given to somebody else, or wait, when nothing of it has been sent. */
  get hasOtherWays(): boolean {
    return this.#declaration.pair !== undefined || this.#hold.forMs > 0
  }

  /**
   * Where a request goes that did not reach `tried`, or that may be sent twice and got no byte from it.
   * @param wasUnsent nothing of it was sent
   * @returns 'waits' when it is told; undefined when it goes nowhere else
   */
  again(waiter: Waiter, tried: Target, wasUnsent: boolean): Target | 'waits' | undefined {
    const otherwise = this.#otherThan(tried)
    if (otherwise !== undefined) return this.#mayRetry() ? otherwise : undefined
    const holds = this.#hold.forMs > 0 && tried === this.#active
    // It is just going down: a new connection will tell.
    if (!wasUnsent) return holds && tried.isReady && this.#mayRetry() ? tried : undefined
    if (holds) {
      this.#holding.beginFor(tried)
      return this.#holding.add(waiter, this.#hold) ? 'waits' : undefined
    }
    if (this.#declaration.pair?.slots === undefined || this.#line.count >= HOLD_DEFAULTS.mostRequests) return undefined
    this.#line.add(waiter, { forMs: NEWS_MS, error: () => this.#openError(waiter) })
    this.#tell({ type: 'unreached', upstream: this.name })
    return 'waits'
  }

  /** The request does not wait any more. Idempotent. */
  leave(waiter: Waiter): void {
    this.#line.leave(waiter)
  }

  /** What the configuration says of it from now on. Whoever promotes by it has asked the half for its health. */
  apply(declaration: UpstreamDeclaration): void {
    this.#declaration = declaration
    this.#hold = { ...HOLD_DEFAULTS, ...declaration.hold }
    const before = this.#targets
    this.#targets = new Map(settingsOf(declaration).map((each) => [keyOf(each), this.#targetFor(each)]))
    const wantedKey = activeKey(declaration)
    const isWanted = wantedKey !== this.#wantedKey || !this.#isDeclared(this.#active)
    this.#wantedKey = wantedKey
    if (isWanted) this.#swap(wantedKey === undefined ? undefined : this.#targets.get(wantedKey))
    this.#other = [...this.#targets.values()].find((target) => target !== this.#active)
    const { graceUntil } = declaration.pair ?? {}
    // Where somebody else keeps the time of a grace, it may change while it runs.
    if (graceUntil !== undefined && this.#drain?.target === this.#other && this.#drain !== undefined)
      this.#drain.endsAtMs = Date.parse(graceUntil)
    for (const [key, target] of before) if (!this.#targets.has(key)) this.#letGo(target)
    this.#advance()
  }

  /** The half that a declaration would promote, if it is another than the active one. */
  promotionBy(declaration: UpstreamDeclaration): TargetSettings | undefined {
    const key = activeKey(declaration)
    if (declaration.pair === undefined || key === undefined || key === this.#wantedKey) return undefined
    if (this.#active === undefined || this.#targets.get(key) === this.#active) return undefined
    return settingsOf(declaration).find((each) => keyOf(each) === key)
  }

  /** Whoever runs the service says that it is being started again, or that it has been: requests wait meanwhile. */
  announceRestart(isUnderWay: boolean): void {
    if (this.#hold.forMs === 0) return
    if (isUnderWay) this.#holding.begin()
    else this.#holding.end()
  }

  /** No configuration names it any more: what is under way ends by itself. */
  retire(): void {
    this.#probation?.stop()
    this.#holding.stop()
    for (const target of this.#targets.values()) this.#leaving.add(target, Number.POSITIVE_INFINITY)
    this.#targets.clear()
    this.#active = undefined
  }

  get isIdle(): boolean {
    const targets = [...this.#targets.values(), ...this.#leaving.targets]
    return this.#line.count === 0 && targets.every(({ isIdle }) => isIdle)
  }

  sweep(): void {
    const { nowMs } = this.#options.clock
    for (const target of this.#targets.values()) target.sweep(nowMs)
    this.#leaving.sweep(nowMs, (target, closedCount) => this.#tellDrained(target, closedCount))
    this.#retries.sweep(nowMs)
    if (this.#drain === undefined || Date.now() < this.#drain.endsAtMs) return
    const { target } = this.#drain
    this.#drain = undefined
    this.#tellDrained(target, target.expel())
  }

  destroy(): void {
    this.#probation?.stop()
    this.#holding.stop()
    this.#line.dispose()
    for (const target of [...this.#targets.values(), ...this.#leaving.targets]) target.destroy()
  }

  state(): UpstreamState {
    const active = this.#active?.half
    const draining = this.#drain?.target.half
    const until = new Date(this.#drain?.endsAtMs ?? 0).toISOString()
    return {
      name: this.name,
      ...(active === undefined ? {} : { active }),
      ...(draining === undefined ? {} : { draining: { half: draining, until } }),
      isOnProbation: this.#probation?.isOver === false,
      isHolding: this.#holding.isHolding,
      waitingCount: this.#line.count,
      retryCount: this.#retries.count,
      targets: [...this.#targets.values(), ...this.#leaving.targets].map((target) => target.state()),
    }
  }

  #chooseElse(waiter: Waiter): Target | undefined {
    const active = this.#active
    if (this.#holding.isHolding) {
      if (this.#holding.add(waiter, this.#hold)) return undefined
      throw upstreamRestarting({ service: waiter.service, retryAfterMs: 1_000 })
    }
    if (active === undefined) throw slotEmpty(waiter.service)
    if (active.isWorking) return this.#waitForRoom(waiter)
    if (active.mayTry()) return active
    const otherwise = this.#otherThan(active)
    if (otherwise === undefined) throw this.#openError(waiter)
    return otherwise
  }

  #openError({ service }: Waiter): Error {
    return circuitOpen({ service, retryAfterMs: this.#active?.pausedMs ?? 1_000 })
  }

  /** A target that works and is not the one that failed: the active one, after a swap, or the one that was active. */
  #otherThan(tried: Target): Target | undefined {
    const active = this.#active
    if (active !== tried && active?.isReady === true) return active
    const other = this.#other
    if (other === undefined || other === tried || other === this.#distrusted) return undefined
    const isWarm = this.#declaration.pair?.isOtherWarm ?? this.#drain?.target === other
    return isWarm && other.isReady ? other : undefined
  }

  #mayRetry(): boolean {
    return this.#retries.spend(this.#active?.recent.count ?? 0)
  }

  #waitForRoom(waiter: Waiter): undefined {
    const { mostWaiting, waitMs } = { ...CONNECTION_DEFAULTS, ...this.#declaration.connections }
    const error = () => upstreamBusy({ service: waiter.service, retryAfterMs: 1_000 })
    if (this.#line.count >= mostWaiting) throw error()
    this.#line.add(waiter, { forMs: waitMs, error })
  }

  /** Lets go on who has waited longest, as many as there is room for. */
  #advance(): void {
    while (this.#line.count > 0 && this.#active?.isReady === true && !this.#holding.isHolding) {
      this.#line.next()?.onTurn(this.#active)
    }
  }

  #targetFor(settings: TargetSettings): Target {
    const there = this.#targets.get(keyOf(settings))
    if (there === undefined) return new Target(settings, this.#targetEvents, this.#options)
    there.configure(settings)
    return there
  }

  #isDeclared(target: Target | undefined): boolean {
    return target !== undefined && [...this.#targets.values()].includes(target)
  }

  /** Requests go to another target from now on; the one before finishes what it has begun. */
  #swap(to: Target | undefined): void {
    const from = this.#active
    this.#probation?.stop()
    this.#probation = undefined
    if (from === to) return
    this.#activate(to, from)
    if (from === undefined || to?.half === undefined) return
    this.#tell({ type: 'promoted', upstream: this.name, from: from.half, to: to.half })
    const limits = { ...ROLLBACK_DEFAULTS, ...this.#declaration.pair?.rollback }
    if (limits.windowMs === 0 || !this.#isDeclared(from)) return
    const { health } = this.#declaration
    const onFail = (reason: string): void => void this.#rollBack(reason, to, from) // it does not reject
    this.#probation = new RollbackWatch({ fresh: to, before: from, limits, health, onFail })
  }

  #activate(to: Target | undefined, from: Target | undefined): void {
    this.#active = to
    to?.revive()
    if (to === this.#distrusted) this.#distrusted = undefined
    if (this.#drain?.target === to) this.#drain = undefined
    this.#holding.end()
    from?.retire()
    if (from?.half !== undefined) this.#drain = { target: from, endsAtMs: this.#graceEndMs() }
  }

  async #rollBack(reason: string, fresh: Target, before: Target): Promise<void> {
    const fault = await askHealth(before.address, this.#declaration.health, {
      signal: AbortSignal.timeout(LOOK_BACK_MS),
    })
    const { half: from = 'blue' } = fresh
    if (this.#active !== fresh || !this.#isDeclared(before)) return // somebody else was faster
    if (fault !== undefined) {
      const both = `${reason}; and the ${otherHalf(from)} half: ${fault}`
      this.#tell({ type: 'rollback-impossible', upstream: this.name, half: from, reason: both })
      return
    }
    this.#distrusted = fresh
    this.#activate(before, fresh)
    this.#other = fresh
    before.recovered()
    this.#tell({ type: 'rolled-back', upstream: this.name, from, to: otherHalf(from), reason })
    this.#advance()
  }

  #graceEndMs(): number {
    const { graceUntil, graceMs = GRACE_DEFAULT_MS } = this.#declaration.pair ?? {}
    return graceUntil === undefined ? Date.now() + graceMs : Date.parse(graceUntil)
  }

  /** It is declared no more. A half whose slot is empty ends at once; one that nobody keeps the time of has its grace. */
  #letGo(target: Target): void {
    const isFollowed = this.#declaration.pair?.slots !== undefined
    const endsAtMs = target.half === undefined ? Number.POSITIVE_INFINITY : isFollowed ? 0 : this.#graceEndMs()
    this.#leaving.add(target, endsAtMs)
    if (this.#drain?.target === target) this.#drain = undefined
    if (this.#distrusted === target) this.#distrusted = undefined
  }

  #tellHealth(target: Target, reason: string | undefined): void {
    const isHealthy = reason === undefined
    this.#tell({ type: 'health', upstream: this.name, target: target.name, isHealthy, reason })
    if (isHealthy) this.#advance()
  }

  #tellDrained({ half }: Target, closedCount: number): void {
    if (half !== undefined) this.#tell({ type: 'drained', upstream: this.name, half, closedCount })
  }

  #tell(event: UpstreamEvent): void {
    this.#options.onEvent(event)
  }
}

/** What a declaration makes targets of. */
function settingsOf({ target, pair, health, circuit, connections }: UpstreamDeclaration): readonly TargetSettings[] {
  const common = { health, circuit, connections }
  if (pair === undefined) return target === undefined ? [] : [{ address: target, ...common }]
  return HALVES.flatMap((half) => {
    const address = pair[half]
    return address === undefined ? [] : [{ half, address, ...common }]
  })
}

function keyOf({ half, address: { host, port, version, deployedAt } }: TargetSettings): string {
  return JSON.stringify([half, host, port, version, deployedAt])
}

/** The key of the target that a declaration wants to be active. */
function activeKey(declaration: UpstreamDeclaration): string | undefined {
  const { pair } = declaration
  const wanted = settingsOf(declaration).find(({ half }) => pair === undefined || half === pair.active)
  return wanted === undefined ? undefined : keyOf(wanted)
}
