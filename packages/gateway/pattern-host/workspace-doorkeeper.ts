import { errorCode, type Waiting } from '@portolan/errors'
import type { Destination, FieldFirewall } from '../destination.ts'
import { badRequest, noRoute, originRefused } from '../errors.ts'
import { type Fields, fieldValues } from '../http1/fields.ts'
import type { UpstreamTarget } from '../http1/upstream-connection.ts'
import type { OwnPorts } from '../own-ports.ts'
import type { RequestHead } from '../request-head.ts'
import type { Upstream } from '../upstreams/upstream.ts'
import { AddressBook } from './address-book.ts'
import type { Admission, Arrival, Doorkeeper } from './admission.ts'
import { type FieldLine, withFields, withinOwnHost, withoutReservedCookies } from './cookie-firewall.ts'
import { preflightAnswer, readableBy } from './cross-origin.ts'
import {
  foreignPageRefused,
  sessionsUnknown,
  signInRequired,
  stackPortDenied,
  workspacePortDenied,
  workspacePortSilent,
  workspaceStarting,
  workspaceStopped,
  workspaceUnknown,
} from './errors.ts'
import { ENTER_PATH, HAND_OVER_PATH, type HandOver, OWN_PATHS, SIGN_IN_PATH } from './hand-over.ts'
import type { Grounds, OpenExchanges } from './open-exchanges.ts'
import type { PatternHostConfiguration } from './pattern-host-configuration.ts'
import { isBelow, type PatternLabel, parsePatternHost } from './pattern-label.ts'
import { requirePermit, sharingOf } from './permit.ts'
import { pinAddresses } from './pinned-address.ts'
import type { PlatformSessions } from './platform-sessions.ts'
import { findSession, formatSession, isSpent, type PreviewSession, renewed } from './preview-session.ts'
import { isFramed, isNavigation, isPreflight, type Requester, requesterOf } from './requester.ts'
import type { NoteSeal } from './sealed-note.ts'
import { siblingsOf, type Workspace } from './workspace.ts'
import type { WorkspaceDirectory } from './workspace-directory.ts'

/** The directory, the sessions and the names have limits of their own below it. */
const ADMISSION_LIMIT_MS = 10_000

export interface WorkspaceDoorkeeperOptions {
  readonly configuration: PatternHostConfiguration
  readonly directory: WorkspaceDirectory
  readonly sessions: PlatformSessions
  readonly handOver: HandOver
  readonly seal: NoteSeal
  readonly openExchanges: OpenExchanges
  /** What leads to an address that no configuration has. */
  readonly upstreamAt: (target: UpstreamTarget) => Upstream
  /** On the gateway's own machine they are no workspace's. */
  readonly ownPorts: OwnPorts
  readonly originOf: (port: number, workspace: string) => string
}

/** Lets requests through to the ports of workspaces: who may go where, as whom, and what the port gets to see. */
export class WorkspaceDoorkeeper implements Doorkeeper {
  readonly #options: WorkspaceDoorkeeperOptions
  readonly #platformHost: string
  readonly #denied: ReadonlySet<number>
  readonly #addressBook = new AddressBook()

  constructor(options: WorkspaceDoorkeeperOptions) {
    this.#options = options
    this.#platformHost = new URL(options.configuration.platformOrigin).host
    this.#denied = new Set(options.configuration.deniedPorts)
  }

  decides({ host, path }: RequestHead): boolean {
    if (isBelow(host, this.#options.configuration.domain) && host.toLowerCase() !== this.#platformHost) return true
    return path === HAND_OVER_PATH && host.toLowerCase() === this.#platformHost
  }

  async admit(arrival: Arrival): Promise<Admission> {
    const { head } = arrival
    const signal = AbortSignal.timeout(ADMISSION_LIMIT_MS)
    if (head.host.toLowerCase() === this.#platformHost) {
      if (head.method !== 'GET') throw noRoute(head.path)
      return { kind: 'answer', answer: await this.#options.handOver.atPlatform(arrival, { signal }) }
    }
    const place = parsePatternHost(head.host, this.#options.configuration.domain)
    if (this.#denied.has(place.port)) throw workspacePortDenied(place.port)
    if (head.path.startsWith(OWN_PATHS)) return this.#answerOwnPath(arrival, place)
    const workspace = await this.#options.directory.findWorkspace(place.workspace, { signal })
    return this.#decide({ arrival, place, workspace, ...this.#lookAt(arrival, place, workspace) }, { signal })
  }

  /**
   * Whether what was let through would be so again: it still is while that cannot be known. A session of which so much
   * was missed that its end may be among it counts no more. Never rejects.
   */
  async stillCounts({ place, session }: Grounds): Promise<boolean> {
    const signal = AbortSignal.timeout(ADMISSION_LIMIT_MS)
    try {
      if (this.#denied.has(place.port)) return false
      const workspace = await this.#options.directory.findWorkspace(place.workspace, { signal })
      if (workspace === undefined) return false
      if (this.#sharingAt(workspace, place.port) === 'public') return true
      if (session === undefined || isSpent(session) || !this.#isLive(session)) return false
      await this.#requirePermit(place, { workspace, session, signal })
      return true
    } catch (error) {
      return errorCode(error) !== 'GATEWAY_WORKSPACE_REFUSED'
    }
  }

  #answerOwnPath(arrival: Arrival, place: PatternLabel): Admission {
    const { path, method } = arrival.head
    const { handOver } = this.#options
    if (method === 'GET' && path === SIGN_IN_PATH) {
      return { kind: 'answer', answer: handOver.beginByAddress(arrival, place) }
    }
    if (method === 'GET' && path === ENTER_PATH) return { kind: 'answer', answer: handOver.enter(arrival, place) }
    throw noRoute(path)
  }

  /** Whose page asks, by what the workspace declares. */
  #lookAt({ exchange }: Arrival, place: PatternLabel, workspace: Workspace | undefined) {
    const { originOf } = this.#options
    const siblings = workspace === undefined ? [] : siblingsOf(workspace, place.port)
    const requester = requesterOf(exchange.client.request.fields, {
      own: originOf(place.port, place.workspace),
      siblings: siblings.map((port) => originOf(port, place.workspace)),
    })
    return { siblings, requester }
  }

  async #decide(asked: Asked, { signal }: Waiting): Promise<Admission> {
    const { arrival, workspace, requester } = asked
    const { exchange, head, isUpgrade } = arrival
    const { fields } = exchange.client.request
    const isAsked = isPreflight(head.method, fields)
    if (isAsked && requester.kind === 'sibling') {
      return { kind: 'answer', answer: preflightAnswer(requester.origin, fields) }
    }
    // Its refusals too: the page that asked is to learn why.
    if (requester.kind === 'sibling') exchange.alsoSay(readableBy(requester.origin))
    const isPublic = workspace !== undefined && this.#sharingAt(workspace, asked.place.port) === 'public'
    if (isUpgrade) admitUpgrade(head, requester)
    else if (!isPublic) refuseForeignPage(arrival, requester, this.#options.configuration.platformOrigin)
    if (isPublic) return this.#forward(asked, { workspace, session: undefined, signal })
    const session = this.#findSession(asked)
    if (session === undefined) return this.#askToSignIn(asked)
    if (workspace === undefined) throw workspaceUnknown(asked.place.workspace)
    await this.#requirePermit(asked.place, { workspace, session, signal })
    return this.#forward(asked, { workspace, session, signal })
  }

  #findSession({ arrival, place }: Asked): PreviewSession | undefined {
    const { seal } = this.#options
    const session = findSession(seal, fieldValues(arrival.exchange.client.request.fields, 'cookie'), place.label)
    return session !== undefined && this.#isLive(session) ? session : undefined
  }

  /** @throws GATEWAY_SESSIONS_UNKNOWN */
  #isLive({ sessionId, madeAtMs }: PreviewSession): boolean {
    const state = this.#options.sessions.stateOf(sessionId, madeAtMs)
    if (state === 'unknown') throw sessionsUnknown()
    return state === 'live'
  }

  #askToSignIn({ arrival, place, workspace, siblings }: Asked): Admission {
    const { handOver } = this.#options
    const { head, exchange } = arrival
    if (arrival.isUpgrade || !isNavigation(head.method, exchange.client.request.fields)) {
      throw signInRequired(head.host, handOver.signInUrl(place))
    }
    const others = siblings.filter(
      (port) => workspace !== undefined && !this.#denied.has(port) && this.#sharingAt(workspace, port) !== 'public',
    )
    return { kind: 'answer', answer: handOver.beginForPage(arrival, place, others) }
  }

  #sharingAt(workspace: Workspace, port: number) {
    return sharingOf(workspace, port, this.#options.configuration.sharing)
  }

  async #requirePermit(
    place: PatternLabel,
    { workspace, session, signal }: Waiting & { readonly workspace: Workspace; readonly session: PreviewSession },
  ): Promise<void> {
    const sharing = this.#sharingAt(workspace, place.port)
    const { sessions } = this.#options
    await requirePermit(
      { workspace, port: place.port, sharing, userId: session.userId },
      { isMember: (team) => sessions.isMember(team, session.userId, { signal }) },
    )
  }

  async #forward(asked: Asked, { workspace, session, signal }: Waiting & LetIn): Promise<Admission> {
    const { place, arrival } = asked
    if (workspace.state === 'stopped') throw workspaceStopped(place)
    if (workspace.state === 'starting') throw workspaceStarting(place)
    const { openExchanges, upstreamAt } = this.#options
    if (workspace.isLocal) this.#refuseOwnPort(workspace, place.port)
    const addresses = await pinAddresses(workspace, { book: this.#addressBook, signal })
    // It may have ended while others were asked.
    if (session !== undefined && !this.#isLive(session)) return this.#askToSignIn(asked)
    openExchanges.add(arrival.exchange, { place, session })
    const target = { host: addresses.join(' '), port: place.port, addresses }
    const destination: Destination = {
      path: place.label,
      workspace: place.workspace,
      service: `${place.workspace}:${place.port}`,
      // Whenever it is asked for: what nobody uses is forgotten, and this request may have to wait for its turn.
      get upstream() {
        return upstreamAt(target)
      },
      websocket: true,
      firewall: this.#firewallFor(asked, session),
    }
    return { kind: 'forward', destination }
  }

  /** @throws GATEWAY_WORKSPACE_PORT_DENIED */
  #refuseOwnPort({ stackPorts }: Workspace, port: number): void {
    const owner = this.#options.ownPorts.ownerOf(port)
    if (owner === 'gateway') throw workspacePortDenied(port)
    if (owner === 'stack' && !stackPorts.includes(port)) throw stackPortDenied(port)
  }

  #firewallFor({ place, requester }: Asked, session: PreviewSession | undefined): FieldFirewall {
    const added = [...this.#renewal(session), ...(requester.kind === 'sibling' ? readableBy(requester.origin) : [])]
    return {
      filterRequest: withoutReservedCookies,
      filterAnswer: (fields: Fields) => {
        const within = withinOwnHost(fields)
        return added.length === 0 ? within : withFields(within, added)
      },
      explainFailure: (error) => (isUnreachable(error) ? workspacePortSilent(place, error) : error),
    }
  }

  #renewal(session: PreviewSession | undefined): readonly FieldLine[] {
    const next = session === undefined ? undefined : renewed(session)
    if (next === undefined) return []
    return [{ name: 'Set-Cookie', value: formatSession(this.#options.seal, next), adds: true }]
  }
}

/** A request below the domain, and what is known of it. */
interface Asked {
  readonly arrival: Arrival
  readonly place: PatternLabel
  readonly workspace: Workspace | undefined
  readonly siblings: readonly number[]
  readonly requester: Requester
}

/** Who may go where. */
interface LetIn {
  readonly workspace: Workspace
  /** Nothing is needed where the port is public. */
  readonly session: PreviewSession | undefined
}

/** @throws GATEWAY_ORIGIN_REFUSED: browsers let any page open a WebSocket, cookies included (RFC 6455 §10.2) */
function admitUpgrade(head: RequestHead, requester: Requester): void {
  if (head.framing.kind !== 'none') throw badRequest('a WebSocket handshake has content')
  if (requester.kind === 'foreign') throw originRefused(requester.origin)
}

/**
 * Every preview host is of one site with all others, so that SameSite holds back no cookie of theirs: a page of somebody
 * else's workspace may not use this one's. It may link here, but not show it in a frame, where it could lay something over
 * it that is clicked on; the platform's own pages may.
 * @throws GATEWAY_FOREIGN_PAGE_REFUSED
 */
function refuseForeignPage({ exchange, head }: Arrival, requester: Requester, platformOrigin: string): void {
  const { fields } = exchange.client.request
  if (requester.kind !== 'foreign') return
  const mayFrame = requester.origin === platformOrigin
  if (isNavigation(head.method, fields) && (mayFrame || !isFramed(fields))) return
  throw foreignPageRefused(requester.origin)
}

function isUnreachable(error: Error): boolean {
  return 'code' in error && error.code === 'GATEWAY_UPSTREAM_UNREACHABLE'
}
