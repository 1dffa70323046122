import { createHash } from 'node:crypto'
import type { Server } from 'node:net'
import type { Waiting } from '@portolan/errors'
import { DEFAULT_ACCESS_LOG } from './access-log.ts'
import { Accounting } from './accounting.ts'
import { Orderer } from './acme/orderer.ts'
import { receivePlain, receiveSecure } from './arrival.ts'
import { TrustedProxies, unmapped } from './client-address.ts'
import { type GatewayConfiguration, type GatewayListener, parseGatewayConfiguration } from './configuration.ts'
import { Connections } from './connections.ts'
import { gatewayClosing, listenersChanged } from './errors.ts'
import { type AskedRequest, askedRequest } from './explain/asked-request.ts'
import { explain } from './explain/explain.ts'
import { type Explanation, whyLines } from './explain/explanation.ts'
import { Figures } from './figures/figures.ts'
import type { GatewaySnapshot } from './figures/snapshot.ts'
import type { ClientExchange } from './http1/client-exchange.ts'
import { Clock } from './http1/clock.ts'
import { Limits } from './limits/limits.ts'
import { LoadMeter } from './limits/load-meter.ts'
import type { Spending } from './limits/spending.ts'
import { BoundedLogger, LineBudget } from './line-budget.ts'
import { closeServer, createListenerServer, type GatewayAddress, listen } from './listener.ts'
import { type GatewayLogger, SILENT } from './log.ts'
import { OwnPorts } from './own-ports.ts'
import { PatternHosts } from './pattern-host/pattern-hosts.ts'
import type { RouteTable } from './route-table.ts'
import { DEFAULT_TIMEOUTS, type GatewayTimeouts } from './timeouts.ts'
import { FrontDoor, redirectedDomains } from './tls/front-door.ts'
import { TlsGate } from './tls/tls-gate.ts'
import { Turns } from './turns.ts'
import { checkPromotions } from './upstreams/check-promotion.ts'
import { logUpstreamEvent } from './upstreams/log-event.ts'
import type { UpstreamEvent } from './upstreams/upstream-event.ts'
import type { UpstreamState } from './upstreams/upstream-state.ts'
import { Upstreams } from './upstreams/upstreams.ts'

/** The grace of `[Symbol.asyncDispose]`. */
const DISPOSE_GRACE_MS = 5_000
/** Shorter than Node's own server keeps an idle connection (5 s), so that most stale ones are never tried. */
const KEPT_MS = 4_000
const ANSWER_HEAD_LIMIT_BYTES = 65_536
const MOST_SWEEP_MS = 500
const CONFIGURE_LIMIT_MS = 10_000
const LEAST_SWEEP_MS = 10

export interface GatewayOptions extends Waiting {
  readonly logger?: GatewayLogger
  /** Takes each line of the access log, its end included. */
  readonly writeLine?: (line: string) => void
  readonly timeouts?: Partial<GatewayTimeouts>
  /** How many workers there are, with this one: limits on the whole are divided by it. */
  readonly workerCount?: number
  /** The secret that the services of the stack share; a pattern host needs it. */
  readonly serviceKey?: string | undefined
  /** Told of promotions, roll-backs, circuits and health, after the log was. */
  readonly onUpstreamEvent?: (event: UpstreamEvent) => void
  /** How often what is open to ports of workspaces is looked at again, in milliseconds. */
  readonly reviewMs?: number
  /** How often certificate files are looked at, in milliseconds. */
  readonly certificateLookMs?: number
}

export interface Closing extends Waiting {
  /**
   * Another process accepts on the same ports. Then idle connections stay until they have asked once more: who asks in
   * the moment that his connection is closed does not know whether he was heard.
   */
  readonly isHandOver?: boolean
}

/** A reverse proxy that listens. */
export interface Gateway {
  /** Where it listens, in the order of the configuration. */
  readonly addresses: readonly GatewayAddress[]
  /**
   * Swaps the configuration whole, from the next request on; open ones keep what they began with. Where a pair has
   * another active half the health of that half is asked first. One after the other, in the order of the calls.
   * @throws GATEWAY_CONFIGURATION_INVALID, GATEWAY_LISTENERS_CHANGED, GATEWAY_PROMOTE_REFUSED; the old one stays
   */
  configure(configuration: GatewayConfiguration): Promise<void>
  /** What stands behind the routes, and how it is doing. */
  upstreamStates(): readonly UpstreamState[]
  /** All figures, as plain JSON. */
  snapshot(): GatewaySnapshot
  /**
   * Why a request goes where it goes.
   * @throws GATEWAY_BAD_REQUEST, MalformedMessage for what is no request
   */
  explain(asked: AskedRequest): Explanation
  /** What clients have spent here since the last call, to be told to the other workers. */
  spent(): readonly Spending[]
  /** Takes on account what clients have spent in the other workers. */
  charge(others: readonly Spending[]): void
  /** Ports of this machine that are the gateway's as well, such as its admin's: no local workspace is shown at them. */
  reserve(ports: readonly number[]): void
  /** Whoever runs a service is starting it again, or has: where its upstream holds requests, they wait meanwhile. */
  announceRestart(upstream: string, isUnderWay: boolean): void
  /**
   * Stops accepting, closes idle connections, and lets open requests and WebSockets end by themselves until the
   * signal fires; then destroys them. Called again, by whichever name, it gives the same promise.
   */
  close(closing: Closing): Promise<void>
  /** Ends everything now. Resolves when no socket is left. Also ends a close that is under way. */
  destroy(cause?: unknown): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Opens a gateway and listens. The signal counts while it opens.
 * @throws GATEWAY_CONFIGURATION_INVALID, GATEWAY_PORT_TAKEN, GATEWAY_LISTEN_FAILED; nothing is left open then
 */
export async function openGateway(configuration: GatewayConfiguration, options: GatewayOptions): Promise<Gateway> {
  options.signal.throwIfAborted()
  const gateway = new ListeningGateway(parseGatewayConfiguration(configuration), options)
  try {
    await gateway.listen(options)
  } catch (error) {
    await gateway.destroy(error)
    throw error
  }
  return gateway
}

class ListeningGateway implements Gateway {
  readonly #logger: GatewayLogger
  /** For what clients can bring about. */
  readonly #boundedLogger: BoundedLogger
  readonly #refusalLines = new LineBudget()
  readonly #timeouts: GatewayTimeouts
  readonly #clock = new Clock()
  readonly #upstreams: Upstreams
  readonly #ownPorts = new OwnPorts()
  readonly #patternHosts: PatternHosts
  readonly #sweeping: NodeJS.Timeout
  readonly #connections = new Connections()
  readonly #turns = new Turns()
  readonly #over = new AbortController()
  readonly #servers: Server[] = []
  #configuration: GatewayConfiguration
  #trustedProxies: TrustedProxies
  #routes: RouteTable
  #addresses: readonly GatewayAddress[] = []
  readonly #tls: TlsGate
  readonly #orderer: Orderer
  #frontDoor: FrontDoor | undefined
  #closed: Promise<void> | undefined
  readonly #figures = new Figures()
  readonly #loadMeter = new LoadMeter()
  readonly #limits: Limits
  readonly #accounting: Accounting
  #configuredAtMs = Date.now()
  #version: string

  constructor(configuration: GatewayConfiguration, options: GatewayOptions) {
    const { logger = SILENT, timeouts, workerCount = configuration.workers } = options
    const { writeLine, serviceKey, onUpstreamEvent } = options
    this.#configuration = configuration
    this.#trustedProxies = new TrustedProxies(configuration.trustedProxies)
    this.#logger = logger
    this.#boundedLogger = new BoundedLogger(logger)
    this.#timeouts = Object.freeze({ ...DEFAULT_TIMEOUTS, ...timeouts })
    const { connectMs, responseMs } = this.#timeouts
    const limits = { headLimitBytes: ANSWER_HEAD_LIMIT_BYTES, connectMs, responseMs, keptMs: KEPT_MS }
    const onEvent = tellerOf(logger, onUpstreamEvent)
    this.#upstreams = new Upstreams({ clock: this.#clock, ...limits, onEvent })
    this.#routes = this.#upstreams.resolve(configuration)
    this.#limits = new Limits({ workerCount, measureLoad: () => this.#loadMeter.measure() })
    this.#accounting = new Accounting({
      figures: this.#figures,
      limits: this.#limits,
      writeLine,
      refusalLines: this.#refusalLines,
    })
    this.#version = this.#oversee(configuration)
    this.#patternHosts = new PatternHosts({
      serviceKey,
      reviewMs: options.reviewMs,
      upstreamAt: (target) => this.#upstreams.at(target),
      ownPorts: this.#ownPorts,
    })
    this.#tls = new TlsGate({
      logger: this.#boundedLogger,
      handshakeMs: this.#timeouts.headersMs,
      lookMs: options.certificateLookMs,
    })
    this.#orderer = new Orderer({
      logger,
      onIssued: () => this.#tls.certificates.look(),
      lookMs: options.certificateLookMs,
    })
    this.#frontDoor = frontDoorOf(configuration)
    this.#sweeping = setInterval(() => this.#sweep(), sweepIntervalMs(this.#timeouts))
  }

  get addresses(): readonly GatewayAddress[] {
    return this.#addresses
  }

  async listen({ signal }: Waiting): Promise<void> {
    const reception = {
      configuration: () => this.#configuration,
      trustedProxies: () => this.#trustedProxies,
      frontDoor: () => this.#frontDoor,
      tls: this.#tls,
      doorkeeper: () => this.#patternHosts.doorkeeper,
      connections: this.#connections,
      routes: () => this.#routes,
      clock: this.#clock,
      timeouts: this.#timeouts,
      logger: this.#boundedLogger,
      accounting: this.#accounting,
      explainTo: (client: ClientExchange) => this.#explainTo(client),
      figures: this.#figures,
      limits: this.#limits,
    }
    await this.#patternHosts.configure(this.#configuration.patternHost, { signal })
    await this.#tls.configure(this.#configuration.tls)
    for (const listener of this.#configuration.listeners) {
      const receive = listener.tls === true ? receiveSecure : receivePlain
      const server = createListenerServer((socket) => receive(socket, reception))
      this.#servers.push(server)
      const address = await listen(server, listener)
      signal.throwIfAborted()
      this.#addresses = Object.freeze([...this.#addresses, address])
      this.#ownPorts.listen(this.#addresses)
    }
    // Only now: the issuer will ask here.
    this.#orderer.configure(this.#configuration.tls?.acme)
  }

  async configure(configuration: GatewayConfiguration): Promise<void> {
    const next = parseGatewayConfiguration(configuration)
    if (!sameListeners(next.listeners, this.#configuration.listeners)) throw listenersChanged()
    await this.#turns.take(() => this.#swap(next))
  }

  reserve(ports: readonly number[]): void {
    this.#ownPorts.reserve(ports)
  }

  announceRestart(upstream: string, isUnderWay: boolean): void {
    this.#upstreams.find(upstream)?.announceRestart(isUnderWay)
  }

  async #swap(next: GatewayConfiguration): Promise<void> {
    await checkPromotions(this.#upstreams.promotionsBy(next), { signal: this.#over.signal })
    await this.#patternHosts.configure(next.patternHost, { signal: AbortSignal.timeout(CONFIGURE_LIMIT_MS) })
    await this.#tls.configure(next.tls)
    this.#configuration = next
    this.#frontDoor = frontDoorOf(next)
    this.#orderer.configure(next.tls?.acme)
    this.#routes = this.#upstreams.resolve(next)
    this.#trustedProxies = new TrustedProxies(next.trustedProxies)
    this.#version = this.#oversee(next)
    this.#configuredAtMs = Date.now()
    this.#logger.info({ stack: next.stack, routeCount: next.routes.length }, 'configured')
  }

  upstreamStates(): readonly UpstreamState[] {
    return this.#upstreams.states()
  }

  snapshot(): GatewaySnapshot {
    const { lagMs, memoryRatio } = this.#loadMeter.latest
    const { user, system } = process.cpuUsage()
    return {
      workerCount: 1,
      takenAtMs: Date.now(),
      startedAtMs: Math.round(performance.timeOrigin),
      stack: this.#configuration.stack,
      configurationVersions: [this.#version],
      configuredAtMs: this.#configuredAtMs,
      ...this.#figures.snapshot(),
      waitingCount: this.#limits.waitingCount,
      clientCount: this.#limits.accountCount,
      lagMs,
      memoryRatio,
      sheddingRatio: this.#limits.shedding.ratio,
      memoryBytes: process.memoryUsage.rss(),
      cpuSeconds: (user + system) / 1e6,
      upstreams: this.upstreamStates(),
    }
  }

  explain(asked: AskedRequest): Explanation {
    return explain(this.#configuration, askedRequest(asked), this.upstreamStates())
  }

  spent(): readonly Spending[] {
    return this.#limits.spent()
  }

  charge(others: readonly Spending[]): void {
    this.#limits.charge(others, performance.now())
  }

  close(closing: Closing): Promise<void> {
    this.#closed ??= this.#drain(closing)
    return this.#closed
  }

  destroy(cause?: unknown): Promise<void> {
    const closed = this.close({ signal: AbortSignal.abort(cause) })
    this.#connections.destroy()
    return closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close({ signal: AbortSignal.timeout(DISPOSE_GRACE_MS) })
  }

  #explainTo({ request, remoteAddress, protocol }: ClientExchange): readonly string[] | undefined {
    if (this.#configuration.explainsErrors !== true) return undefined
    return whyLines(explain(this.#configuration, { request, from: unmapped(remoteAddress), protocol }))
  }

  /** @returns by what a configuration is known */
  #oversee(configuration: GatewayConfiguration): string {
    const { limits, routes, log, tracing } = configuration
    this.#limits.configure(limits, routes)
    this.#ownPorts.configure(configuration)
    this.#accounting.configure({ log: { ...DEFAULT_ACCESS_LOG, ...log }, madeTracesRatio: tracing?.madeRatio ?? 0 })
    return createHash('sha256').update(JSON.stringify(configuration)).digest('hex').slice(0, 12)
  }

  #sweep(): void {
    this.#clock.tick()
    this.#boundedLogger.tellLeftOut(this.#refusalLines)
    this.#limits.sweep(performance.now())
    this.#connections.sweep()
    this.#upstreams.sweep()
  }

  async #drain({ signal, isHandOver = false }: Closing): Promise<void> {
    this.#over.abort(gatewayClosing())
    const gone = Promise.all(this.#servers.map(closeServer))
    if (isHandOver) this.#connections.handOver()
    else this.#connections.drain()
    const destroyAll = () => this.#connections.destroy()
    if (signal.aborted) destroyAll()
    signal.addEventListener('abort', destroyAll, { once: true })
    await gone
    signal.removeEventListener('abort', destroyAll)
    this.#upstreams.destroy()
    await this.#patternHosts[Symbol.asyncDispose]()
    clearInterval(this.#sweeping)
    this.#boundedLogger.tellLeftOut(this.#refusalLines)
    this.#loadMeter.close()
    this.#orderer.close()
    this.#tls.close()
  }
}

function tellerOf(logger: GatewayLogger, onUpstreamEvent: GatewayOptions['onUpstreamEvent']) {
  return (event: UpstreamEvent): void => {
    logUpstreamEvent(logger, event)
    onUpstreamEvent?.(event)
  }
}

function frontDoorOf(configuration: GatewayConfiguration): FrontDoor | undefined {
  const { tls } = configuration
  return tls === undefined ? undefined : new FrontDoor(tls, redirectedDomains(configuration))
}

/** Often enough that a limit is kept to a quarter of the shortest. */
function sweepIntervalMs(timeouts: GatewayTimeouts): number {
  const shortestMs = Math.min(...Object.values(timeouts))
  return Math.min(MOST_SWEEP_MS, Math.max(LEAST_SWEEP_MS, Math.floor(shortestMs / 4)))
}

function sameListeners(one: readonly GatewayListener[], other: readonly GatewayListener[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
