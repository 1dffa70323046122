import { errorMessage, isAppError } from '@portolan/errors'
import { CHALLENGE_PATH } from '../acme/challenges.ts'
import { type ClientPlace, TrustedProxies } from '../client-address.ts'
import type { GatewayConfiguration } from '../configuration.ts'
import { badRequest, hostUnknown, noRoute, originRefused, webSocketRefused } from '../errors.ts'
import { isOwnOrigin, namesGateway } from '../host-name.ts'
import { fieldValues } from '../http1/fields.ts'
import type { RequestLines } from '../http1/request-lines.ts'
import { clientName } from '../limits/accounts.ts'
import { resolveLimits, routeLimits, type ShareLimits } from '../limits/limits-configuration.ts'
import { NetworkList } from '../network-list.ts'
import { isWebSocketHandshake, parseRequestHead, type RequestHead } from '../request-head.ts'
import type { GatewayRoute } from '../route.ts'
import { redirectedDomains, redirectOf } from '../tls/front-door.ts'
import type { PairDeclaration, UpstreamDeclaration } from '../upstreams/upstream-declaration.ts'
import { slotEmpty } from '../upstreams/upstream-errors.ts'
import type { TargetState, UpstreamState } from '../upstreams/upstream-state.ts'
import { explainPattern, isPatternHost } from './explain-pattern.ts'
import type { ExplainedOutcome, Explanation } from './explanation.ts'
import { listenerReasons } from './listener-reasons.ts'
import { lostRoutes, takenRoute } from './route-candidates.ts'
import { Way } from './way.ts'

/** A request as it comes, or would. */
export interface ExplainedRequest {
  readonly request: RequestLines
  /** The address at the other end of the connection. */
  readonly from: string
  readonly protocol: 'http' | 'https'
  /** The one that its URL names, where a person wrote one. */
  readonly port?: number | undefined
}

/**
 * Why a request goes where it goes: every step that the gateway takes with it, in its order, with what each decides.
 * @param states how the services do; undefined where no gateway runs that would know
 */
export function explain(
  configuration: GatewayConfiguration,
  asked: ExplainedRequest,
  states?: readonly UpstreamState[],
): Explanation {
  const { request, from } = asked
  const way = new Way()
  const { steps } = way
  const { method, target } = request
  const title = `${method} ${target} from ${from}`
  try {
    const head = parseRequestHead(request)
    const { protocol, address } = explainClient(way, asked, configuration)
    const answered = explainTls(way, { head, asked, protocol }, configuration)
    if (answered !== undefined) return { request: title, outcome: answered, steps }
    if (isPatternHost(head, configuration)) {
      return { request: title, outcome: explainPattern(way, head, configuration), steps }
    }
    explainHost(way, head, configuration)
    const route = explainRoute(way, { head, target }, configuration)
    if (isWebSocketHandshake(request)) explainWebSocket(way, { head, route, request, protocol })
    explainLimits(way, { route, from: address }, configuration)
    return { request: title, outcome: explainTarget(way, route, { ...configuration, states }), steps }
  } catch (error) {
    return { request: title, outcome: refusal(way, error), steps }
  }
}

function refusal(way: Way, error: unknown): ExplainedOutcome {
  const message = errorMessage(error)
  const { steps } = way
  const wasSaid = steps.some(({ verdict }) => verdict === 'refused')
  if (!wasSaid) steps.push({ step: 'request', verdict: 'refused', words: message, reasons: [] })
  const { code, status } = isAppError(error) ? error : { code: 'INTERNAL', status: 500 }
  return { kind: 'refused', code, status, message }
}

function explainClient(
  way: Way,
  { request, from, protocol, port }: ExplainedRequest,
  configuration: GatewayConfiguration,
): ClientPlace {
  const proxies = new TrustedProxies(configuration.trustedProxies)
  const place = proxies.clientOf({ remoteAddress: from, protocol }, request.fields)
  const isProxy = proxies.trusts(from)
  const why = isProxy
    ? [`${from} is one of the trusted proxies, so its X-Forwarded-For and X-Forwarded-Proto count`]
    : request.fields.names.includes('x-forwarded-for')
      ? [`${from} is no trusted proxy, so its X-Forwarded-For does not count`]
      : []
  way.tell('client', `${place.address} by ${place.protocol}`, [
    ...why,
    ...listenerReasons({ port, protocol }, configuration),
  ])
  return place
}

interface AskedInTheClear {
  readonly head: RequestHead
  readonly asked: ExplainedRequest
  /** What the client speaks, which is more than its connection where a proxy is in front. */
  readonly protocol: ClientPlace['protocol']
}

/** @returns the answer where the gateway gives it itself, because of how the request came */
function explainTls(
  way: Way,
  { head, asked, protocol }: AskedInTheClear,
  configuration: GatewayConfiguration,
): ExplainedOutcome | undefined {
  const { tls } = configuration
  if (tls === undefined) return undefined
  if (asked.protocol === 'https') {
    const { hsts } = tls
    const lasting = hsts === undefined ? [] : [`its browser is told to keep to https for ${hsts.maxAgeSeconds} s`]
    way.tell('tls', `it comes encrypted, by ${tls.minimumVersion} or later`, lasting)
    return undefined
  }
  if (tls.acme !== undefined && head.path.startsWith(CHALLENGE_PATH)) {
    way.tell('tls', 'it asks for the proof that an issuer of certificates wants to see')
    return { kind: 'answered', status: 200, words: 'the proof, or 404 when none is due' }
  }
  const location = redirectOf(head, { tls, domains: redirectedDomains(configuration), protocol })
  if (location === undefined) {
    way.tell('tls', 'it comes in the clear, and may')
    return undefined
  }
  way.tell('tls', 'it comes in the clear, for a name that is asked by https alone')
  return { kind: 'answered', status: 308, words: `ask ${location}` }
}

function explainHost(way: Way, head: RequestHead, { domains }: GatewayConfiguration): void {
  const known = ['localhost', 'any address', ...domains]
  if (!namesGateway(head, domains)) {
    way.refuse('host', hostUnknown(head.host), [`the gateway answers to ${known.join(', ')}`])
  }
  way.pass('host', head.host === '' ? 'none, which HTTP/1.0 allows' : `"${head.host}" is a name of this gateway`)
}

function explainRoute(
  way: Way,
  { head, target }: { readonly head: RequestHead; readonly target: string },
  { routes }: GatewayConfiguration,
): GatewayRoute {
  const asked = target.replace(/^https?:\/\/[^/?]*/i, '').split('?', 1)[0] ?? ''
  if (asked === head.path) way.pass('path', `"${head.path}" is in its one form already`)
  else way.pass('path', `"${asked}" is read as "${head.path}", which is what is matched and sent on`)
  const route = takenRoute(routes, head.path)
  const lost = lostRoutes(routes, head.path, route)
  if (route === undefined) return way.refuse('route', noRoute(head.path), lost)
  way.pass('route', `${route.path} → ${route.service}`, lost)
  return route
}

interface AskedWebSocket extends Pick<ExplainedRequest, 'request' | 'protocol'> {
  readonly head: RequestHead
  readonly route: GatewayRoute
}

function explainWebSocket(way: Way, { head, route, request, protocol }: AskedWebSocket): void {
  if (head.framing.kind !== 'none') way.refuse('websocket', badRequest('a WebSocket handshake has content'))
  if (!route.websocket) way.refuse('websocket', webSocketRefused(route.service, route.path))
  const [origin] = fieldValues(request.fields, 'origin')
  if (!isOwnOrigin(origin, head, protocol)) way.refuse('websocket', originRefused(origin ?? ''))
  way.pass(
    'websocket',
    origin === undefined ? 'a program asks, for there is no Origin' : `its Origin "${origin}" is its own host`,
  )
}

function explainLimits(
  way: Way,
  { route, from }: { readonly route: GatewayRoute; readonly from: string },
  configuration: GatewayConfiguration,
): void {
  const limits = resolveLimits(configuration.limits)
  const isExempt = new NetworkList(limits.exempt).has(from)
  const client = isExempt ? 'none, for its address is exempt' : limitWords(limits.client, limits.client.lasting)
  way.tell('limits', 'what may be taken before it is refused with 429', [
    `client ${clientName(from)}: ${client}`,
    `route ${route.path}: ${limitWords(routeLimits(limits.route, route.limits))}`,
    `the whole: ${limits.whole.requestsAtOnce === false ? 'no limit' : `${requestsOf(limits.whole.requestsAtOnce)} at once, then each in its turn`}`,
  ])
}

function requestsOf(count: number): string {
  return count === 1 ? '1 request' : `${count} requests`
}

function limitWords(
  { requestsPerSecond, burst, requestsAtOnce, bytesPerSecond }: ShareLimits,
  lasting: number | false = false,
): string {
  const said = [
    requestsPerSecond === false ? [] : [`${requestsOf(requestsPerSecond)} a second after a burst of ${burst}`],
    requestsAtOnce === false ? [] : [`${requestsOf(requestsAtOnce)} at once`],
    lasting === false ? [] : [`${lasting} event streams and WebSockets`],
    bytesPerSecond === false ? [] : [`${bytesPerSecond} bytes a second each way`],
  ].flat()
  return said.length === 0 ? 'no limit' : said.join(', ')
}

function explainTarget(
  way: Way,
  { path, service, target }: GatewayRoute,
  {
    upstreams: declared = [],
    states,
  }: Pick<GatewayConfiguration, 'upstreams'> & { readonly states: readonly UpstreamState[] | undefined },
): ExplainedOutcome {
  const name = 'upstream' in target ? target.upstream : `${target.host}:${target.port}`
  const declaration = declared.find((one) => one.name === name)
  const state = states?.find((one) => one.name === name)
  const address = addressWords(declaration, states !== undefined) ?? name
  const reasons = [
    ...(declaration?.pair === undefined || isUnknownHere(declaration.pair, states !== undefined)
      ? []
      : pairReasons(declaration.pair, state)),
    ...(state?.isHolding === true ? ['it is being waited for: requests are held'] : []),
    ...(state?.targets ?? []).map(targetReason),
  ]
  const { pair } = declaration ?? {}
  const isEmpty = pair?.active === null && state?.isHolding !== true
  if (isEmpty && !isUnknownHere(pair, states !== undefined)) way.refuse('target', slotEmpty(service), reasons)
  way.tell('target', address === name ? address : `${name}: ${address}`, reasons)
  return { kind: 'forwarded', route: path, service, target: address }
}

/** Which half of a registry's pair is active is learnt by a gateway that runs, from the registry. */
function isUnknownHere(pair: PairDeclaration | undefined, isRunning: boolean): boolean {
  return pair?.slots !== undefined && !isRunning
}

function addressWords(declaration: UpstreamDeclaration | undefined, isRunning: boolean): string | undefined {
  if (isUnknownHere(declaration?.pair, isRunning)) {
    return 'its active half: which that is, only the gateway that runs knows (see /explain of its port "admin")'
  }
  if (declaration?.pair !== undefined) {
    const { active } = declaration.pair
    const half = active === null ? undefined : declaration.pair[active]
    return half === undefined ? 'no half is active' : `${half.host}:${half.port}`
  }
  return declaration?.target === undefined ? undefined : `${declaration.target.host}:${declaration.target.port}`
}

function pairReasons({ active, graceUntil }: PairDeclaration, state: UpstreamState | undefined): readonly string[] {
  return [
    active === null ? 'neither half gets requests' : `${active} gets the requests`,
    ...(state?.draining === undefined
      ? []
      : [`${state.draining.half} finishes what it has begun until ${state.draining.until}`]),
    ...(graceUntil === undefined ? [] : [`the grace of the other half ends at ${graceUntil}`]),
  ]
}

function targetReason(state: TargetState): string {
  const { half, version, address, isHealthy, circuit } = state
  const who = [half, version, address].filter((word) => word !== undefined).join(' ')
  const health = isHealthy === undefined ? '' : `${isHealthy ? 'healthy' : 'unhealthy'}, `
  return `${who}: ${health}circuit ${circuit}, ${state.usedCount} connections in use, ${state.keptCount} kept; ${state.requestCount} requests so far, ${state.failureCount} without an answer`
}
