import type { AppError } from '@portolan/errors'
import { NetworkList } from '../network-list.ts'
import { Account } from './account.ts'
import { Accounts, clientName } from './accounts.ts'
import { FairGate } from './fair-gate.ts'
import {
  connectionsExhausted,
  type Limited,
  overloaded,
  rateExceeded,
  tooManyAtOnce,
  tooManyConnections,
  tooManyLasting,
  type Whose,
} from './limit-errors.ts'
import type { LimitsSetting } from './limits-configuration.ts'
import { type GatewayLimits, resolveLimits, routeLimits, type ShareLimits } from './limits-configuration.ts'
import { type Load, NOTHING_SHED, nextShedding, type Shedding } from './load-watch.ts'
import { Pace } from './pace.ts'
import { type RateRule, rateRule } from './rate-rule.ts'
import type { Spending } from './spending.ts'
import { Visit } from './visit.ts'

const LOOK_MS = 500

export interface LimitsOptions {
  /** How many workers share what is said of the whole. */
  readonly workerCount?: number
  readonly measureLoad?: () => Load
}

/** What the limits say of a route. */
export interface LimitedRoute {
  readonly path: string
  readonly limits?: Partial<ShareLimits>
}

interface Terms {
  readonly whose: Whose
  readonly rate: RateRule | undefined
  readonly atOnce: number
  readonly bytes: RateRule | undefined
}

interface RouteTerms {
  readonly account: Account
  readonly terms: Terms
}

/**
 * What clients, workspaces and routes may take, and what they have taken. O(1) for each request and each piece of
 * content; times are of a clock that never goes back (`performance.now()`).
 *
 * Several workers each hold their own, and tell each other every so often what was spent (`spent`, `charge`). With W of
 * them and D between two tellings, a client may overshoot by (W - 1) x (burst + rate x D) once; what it took too much is
 * charged to it afterwards, so that its rate is right in the long run. Requests at once and connections may overshoot by
 * (W - 1) x the limit for D. What is said of the whole is divided by W.
 */
export class Limits {
  readonly #clients: Accounts
  readonly #workspaces = new Accounts('workspace')
  readonly #gate: FairGate
  readonly #workerCount: number
  readonly #measureLoad: (() => Load) | undefined
  readonly #untold: Account[] = []
  #routes = new Map<string, RouteTerms>()
  #limits: GatewayLimits = resolveLimits(undefined)
  #client: Terms = termsOf({ limited: 'client' }, this.#limits.client)
  #workspace: Terms = termsOf({ limited: 'workspace' }, this.#limits.workspace)
  #connectionRate: RateRule | undefined
  #exempt = new NetworkList(this.#limits.exempt)
  #connectionCount = 0
  #shedding: Shedding = NOTHING_SHED
  #lookedAtMs = 0
  #latestMs = 0
  /** What a clock that went back is ahead by. */
  #aheadMs = 0

  constructor({ workerCount = 1, measureLoad }: LimitsOptions = {}) {
    this.#workerCount = workerCount
    this.#measureLoad = measureLoad
    this.#clients = new Accounts('client', { isExempt: (address) => this.#exempt.has(address) })
    this.#gate = new FairGate(this.#gateOptions())
  }

  get settings(): GatewayLimits {
    return this.#limits
  }

  get shedding(): Shedding {
    return this.#shedding
  }

  get connectionCount(): number {
    return this.#connectionCount
  }

  /** Requests that wait for their turn. */
  get waitingCount(): number {
    return this.#gate.waitingCount
  }

  get accountCount(): number {
    return this.#clients.size + this.#workspaces.size
  }

  /** From the next request on. Who is exempt is asked when an account begins. */
  configure(setting: LimitsSetting | false | undefined, routes: readonly LimitedRoute[]): void {
    this.#limits = resolveLimits(setting)
    const { client, workspace, route } = this.#limits
    this.#client = termsOf({ limited: 'client' }, client)
    this.#workspace = termsOf({ limited: 'workspace' }, workspace)
    this.#connectionRate = rateRule(client.connectionsPerSecond, false)
    this.#exempt = new NetworkList(this.#limits.exempt)
    const before = this.#routes
    this.#routes = new Map(
      routes.map(({ path, limits }) => {
        const account = before.get(path)?.account ?? new Account(`route ${path}`)
        const own = limits === undefined ? undefined : { path, limits: { ...limits } }
        return [path, { account, terms: termsOf({ limited: 'route', own }, routeLimits(route, limits)) }]
      }),
    )
    this.#gate.configure(this.#gateOptions())
  }

  /** @param address of the client */
  clientOf(address: string): Account {
    // One exempt address in a /64 makes nobody else exempt, and nobody else takes that from it.
    const isAlone = address.includes(':') && this.#exempt.has(address)
    return this.#clients.of(isAlone ? address : clientName(address), address)
  }

  /** Of a proxy in front, whose connections are of many clients. */
  readonly proxy = new Account('client proxy', true)

  /** @returns why the connection is refused; otherwise `disconnect` has to follow */
  connect(client: Account, nowMs: number): AppError | undefined {
    const { whole, client: limits } = this.#limits
    const now = this.#forward(nowMs)
    const most = this.#part(whole.connections)
    if (this.#connectionCount >= most) return connectionsExhausted(most)
    if (!client.isExempt) {
      const rule = this.#connectionRate
      const isTooFast = rule !== undefined && rule.earlyMs(client.connectionDueMs, now) > 0
      const open = client.connectionCount + client.connectionsElsewhere
      if (isTooFast || (limits.connections !== false && open >= limits.connections)) {
        return tooManyConnections(limits.connections === false ? open : limits.connections)
      }
      if (rule !== undefined) client.connectionDueMs = rule.after(client.connectionDueMs, now)
    }
    this.#connectionCount += 1
    client.connectionCount += 1
    this.#note(client)
    return undefined
  }

  disconnect(client: Account): void {
    this.#connectionCount -= 1
    client.connectionCount -= 1
    this.#note(client)
  }

  /**
   * Takes a request on its client's account; `leave` has to follow.
   * @throws GATEWAY_OVERLOADED, GATEWAY_RATE_EXCEEDED, GATEWAY_TOO_MANY_AT_ONCE; nothing is spent then
   */
  arrive(client: Account, nowMs: number): Visit {
    const { ratio, reason } = this.#shedding
    if (ratio > 0 && Math.random() < ratio) throw overloaded(reason ?? 'lag')
    const now = this.#forward(nowMs)
    if (!client.isExempt) check(client, this.#client, now)
    this.#spend(client, this.#client.rate, now)
    return new Visit(client)
  }

  /**
   * The same for where it goes, once that is decided.
   * @param workspace the name of the workspace that it goes to
   * @throws GATEWAY_RATE_EXCEEDED, GATEWAY_TOO_MANY_AT_ONCE; nothing is spent then
   */
  assign(
    visit: Visit,
    { route, workspace }: { readonly route: string; readonly workspace?: string | undefined },
    nowMs: number,
  ): void {
    const now = this.#forward(nowMs)
    const routeTerms = this.#routes.get(route)
    const shared = workspace === undefined ? undefined : this.#workspaces.of(workspace)
    if (shared !== undefined) check(shared, this.#workspace, now)
    if (routeTerms !== undefined) check(routeTerms.account, routeTerms.terms, now)
    visit.workspace = shared
    visit.route = routeTerms?.account
    if (shared !== undefined) this.#spend(shared, this.#workspace.rate, now)
    if (routeTerms !== undefined) this.#spend(routeTerms.account, routeTerms.terms.rate, now)
  }

  /**
   * @returns false when it has to wait: its `onTurn` or `onWaitedTooLong` follows
   * @throws GATEWAY_OVERLOADED when too many wait
   */
  enter(visit: Visit, nowMs: number): boolean {
    const entered = this.#gate.enter(visit, nowMs)
    if (entered === 'full') throw overloaded('queue')
    visit.isInside = entered === 'inside'
    return visit.isInside
  }

  /** @throws GATEWAY_TOO_MANY_LASTING when its client or workspace may not have another event stream or WebSocket */
  checkLasting({ client, workspace }: Visit): void {
    const { client: ofClient, workspace: ofWorkspace } = this.#limits
    if (!client.isExempt) checkLasting(client, 'client', ofClient.lasting)
    if (workspace !== undefined) checkLasting(workspace, 'workspace', ofWorkspace.lasting)
  }

  /**
   * It has become what may last for days: it is no longer among the requests at once, and counted by itself.
   * @throws GATEWAY_TOO_MANY_LASTING; then it is what it was
   */
  last(visit: Visit): void {
    this.checkLasting(visit)
    this.leave(visit)
    visit.isLasting = true
    this.#countLasting(visit, 1)
  }

  /** It is over. Once, however often it is called. */
  leave(visit: Visit): void {
    if (visit.isLasting) {
      visit.isLasting = false
      this.#countLasting(visit, -1)
    }
    if (visit.hasLeft) return
    visit.hasLeft = true
    if (visit.isInside) this.#gate.leave(visit.sharedBy)
    else this.#gate.giveUp(visit)
    this.#settle(visit.client)
    if (visit.workspace !== undefined) this.#settle(visit.workspace)
    if (visit.route !== undefined) this.#settle(visit.route)
  }

  /** What slows the content of a request and its answer down; undefined when nothing does, as nearly always. */
  paceOf(visit: Visit): Pace | undefined {
    const { client, workspace, route } = visit
    const routeBytes = route === undefined ? undefined : this.#routes.get(route.key.slice('route '.length))?.terms.bytes
    const clientBytes = client.isExempt ? undefined : this.#client.bytes
    const workspaceBytes = this.#workspace.bytes
    if (clientBytes === undefined && workspaceBytes === undefined && routeBytes === undefined) return undefined
    return new Pace([
      { account: client, rule: clientBytes },
      { account: workspace, rule: workspaceBytes },
      { account: route, rule: routeBytes },
    ])
  }

  /** Called every now and then. */
  sweep(nowMs: number): void {
    const now = this.#forward(nowMs)
    this.#gate.sweep(nowMs)
    this.#clients.sweep(now)
    this.#workspaces.sweep(now)
    if (this.#measureLoad === undefined || nowMs - this.#lookedAtMs < LOOK_MS) return
    this.#lookedAtMs = nowMs
    this.#shedding = nextShedding(this.#shedding, this.#measureLoad(), this.#limits.shedding)
  }

  /** What was taken here since the last call, for the other workers. */
  spent(): readonly Spending[] {
    const told = this.#untold.map((account) => {
      const { key, requestsSpent, inboundSpent, outboundSpent, requestCount, connectionCount, lastingCount } = account
      account.isUntold = false
      account.requestsSpent = 0
      account.inboundSpent = 0
      account.outboundSpent = 0
      return { key, requestsSpent, inboundSpent, outboundSpent, requestCount, connectionCount, lastingCount }
    })
    this.#untold.length = 0
    return told
  }

  /** @param others what all the other workers have spent since the last call: sums by key */
  charge(others: readonly Spending[], nowMs: number): void {
    const now = this.#forward(nowMs)
    for (const spending of others) {
      const found = this.#chargedBy(spending.key)
      if (found === undefined) continue
      const { account, terms } = found
      account.requestsElsewhere = spending.requestCount
      account.connectionsElsewhere = spending.connectionCount
      account.lastingElsewhere = spending.lastingCount
      const { rate, bytes } = terms
      if (rate !== undefined) account.requestDueMs = rate.after(account.requestDueMs, now, spending.requestsSpent)
      if (bytes === undefined) continue
      account.inboundDueMs = bytes.after(account.inboundDueMs, now, spending.inboundSpent)
      account.outboundDueMs = bytes.after(account.outboundDueMs, now, spending.outboundSpent)
    }
  }

  #chargedBy(key: string): RouteTerms | undefined {
    const space = key.indexOf(' ')
    const name = key.slice(space + 1)
    if (key.startsWith('client ')) return { account: this.#clients.of(name), terms: this.#client }
    if (key.startsWith('workspace ')) return { account: this.#workspaces.of(name), terms: this.#workspace }
    return this.#routes.get(name)
  }

  #spend(account: Account, rate: RateRule | undefined, now: number): void {
    if (rate !== undefined) account.requestDueMs = rate.after(account.requestDueMs, now)
    account.requestCount += 1
    account.requestsSpent += 1
    this.#note(account)
  }

  #countLasting({ client, workspace }: Visit, change: 1 | -1): void {
    client.lastingCount += change
    this.#note(client)
    if (workspace === undefined) return
    workspace.lastingCount += change
    this.#note(workspace)
  }

  #settle(account: Account): void {
    account.requestCount -= 1
    this.#note(account)
  }

  #note(account: Account): void {
    if (this.#workerCount === 1 || account.isUntold) return
    account.isUntold = true
    this.#untold.push(account)
  }

  /** A clock that went back would leave everybody in debt until it is where it was: from there on it is taken as it was. */
  #forward(nowMs: number): number {
    if (nowMs + this.#aheadMs < this.#latestMs - 1_000) this.#aheadMs = this.#latestMs - nowMs
    const now = nowMs + this.#aheadMs
    if (now > this.#latestMs) this.#latestMs = now
    return now
  }

  #part(limit: number | false): number {
    return limit === false ? Number.POSITIVE_INFINITY : Math.ceil(limit / this.#workerCount)
  }

  #gateOptions() {
    const { requestsAtOnce, waiting, waitMs } = this.#limits.whole
    return { most: this.#part(requestsAtOnce), mostWaiting: this.#part(waiting), waitMs }
  }
}

function termsOf(whose: Whose, { requestsPerSecond, burst, requestsAtOnce, bytesPerSecond }: ShareLimits): Terms {
  // A quarter of a second at once is smooth enough; a piece of content has up to 64 KiB.
  const bytesAtOnce = bytesPerSecond === false ? false : Math.max(65_536, bytesPerSecond / 4)
  return {
    whose,
    rate: rateRule(requestsPerSecond, burst),
    atOnce: requestsAtOnce === false ? Number.POSITIVE_INFINITY : requestsAtOnce,
    bytes: rateRule(bytesPerSecond, bytesAtOnce),
  }
}

/** @throws the reason why it may not have another request */
function check(account: Account, { whose, rate, atOnce }: Terms, now: number): void {
  if (account.requestCount + account.requestsElsewhere >= atOnce) throw tooManyAtOnce(whose, atOnce)
  if (rate === undefined) return
  const earlyMs = rate.earlyMs(account.requestDueMs, now)
  if (earlyMs > 0) throw rateExceeded(whose, rate, earlyMs)
}

/** @throws the reason why it may not have another event stream or WebSocket */
function checkLasting(account: Account, limited: Limited, most: number | false): void {
  if (most !== false && account.lastingCount + account.lastingElsewhere >= most) throw tooManyLasting(limited, most)
}
