import type { PortRange, Transport } from '@portolan/ports'
import type { OFF, WrittenLimits, WrittenLog, WrittenShareLimits, WrittenTracing } from './limits-schema.ts'
import type { PatternHost } from './pattern-host-schema.ts'
import type { Path, Positions } from './position.ts'
import type { Setting } from './stack-schema.ts'
import type { WrittenTls } from './tls-schema.ts'
import type { FullUpstream } from './upstream-schema.ts'
import type { EmbeddedPart, HostKind, KeptThing, Protocol, Reach } from './vocabulary.ts'

/** A stack in one of its environments: nothing is left to look up or to merge. Frozen to the leaves. */
export interface ResolvedStack<P extends DeclaredPort = Port> {
  readonly name: string
  readonly environment: string
  readonly file: string
  /** How far every port of the stack was moved; 0 is as declared. */
  readonly shift: number
  /** The name of the preview that this copy of the stack is. */
  readonly preview: string | undefined
  readonly hosts: readonly Host[]
  readonly gateway: Gateway<P> | undefined
  /** In the order of the file, without the gateway. */
  readonly services: readonly Service<P>[]
  readonly positions: Positions
}

/** The same as far as the file alone says it: an `auto` port has no number yet. */
export type DeclaredStack = ResolvedStack<DeclaredPort>
export type DeclaredService = Service<DeclaredPort>

export interface Host {
  readonly name: string
  readonly kind: HostKind
  readonly address: string | undefined
  /** All that the firewall lets in; undefined is unknown, not "nothing". */
  readonly open: readonly Opening[] | undefined
  /** All that arrives from the machine in front; undefined where there is none. */
  readonly forwards: readonly Forward[] | undefined
  readonly ephemeral: PortRange | undefined
  readonly source: Path
}
export interface Opening {
  readonly range: PortRange
  readonly transport: Transport
  readonly source: Path
}
export interface Forward {
  readonly from: Opening
  /** On the host itself; as many ports as `from` has. */
  readonly to: PortRange
  readonly source: Path
}

export interface Service<P extends DeclaredPort = Port> {
  readonly name: string
  readonly host: string
  readonly run: Run
  readonly ports: readonly P[]
  readonly routes: readonly Route[]
  readonly needs: readonly Need[]
  /** How the gateway treats what is behind the routes; what is left out has its default. */
  readonly upstream: FullUpstream
  /** The stack starts without it where it cannot start. */
  readonly isOptional: boolean
  readonly health: Health | undefined
  readonly metrics: Metrics | undefined
  /** As written: `{port:…}` and `{url:…}` are filled in by whoever knows the addresses. */
  readonly environment: Readonly<Record<string, string>>
  readonly networks: readonly string[] | undefined
  readonly settings: Readonly<Record<string, Readonly<Record<string, Setting>>>>
  /** Where the service stands in the file; see {@link Positions}. */
  readonly source: Path
}

/** The reverse proxy in front of the routes. */
export interface Gateway<P extends DeclaredPort = Port> extends Service<P> {
  /** The names that it answers to besides `localhost` and addresses. */
  readonly domains: readonly string[]
  /** Addresses and networks that it believes what they say of the client. */
  readonly trustedProxies: readonly string[]
  /** How many processes serve. */
  readonly workers: number
  /** As written; what is left out is the gateway's to choose. */
  readonly limits: WrittenLimits | typeof OFF | undefined
  readonly log: WrittenLog | undefined
  readonly tracing: WrittenTracing | undefined
  /** As written: its services are services of the stack. */
  readonly patternHost: PatternHost | undefined
  /** As written: files are from the folder of the stack file. */
  readonly tls: WrittenTls | undefined
}

export type Run =
  | { readonly kind: 'module'; readonly module: string }
  | {
      readonly kind: 'command'
      readonly command: string
      readonly args: readonly string[]
      readonly folder: string | undefined
    }
  | { readonly kind: 'container'; readonly image: string; readonly args: readonly string[] }
  | { readonly kind: 'embedded'; readonly part: EmbeddedPart | 'gateway' }
  | { readonly kind: 'external'; readonly address: string }
  | SlotsRun

/** Others deploy it into the halves of a pair that a registry keeps. */
export interface SlotsRun {
  readonly kind: 'slots'
  readonly project: string
  readonly environment: string
  readonly claimKind: string | undefined
  readonly purpose: string | undefined
  readonly host: string | undefined
  readonly address: string | undefined
}

/** A named endpoint of a service. */
export interface Port extends PortFacts {
  /** What the process listens on. */
  readonly range: PortRange
  /** What the host has of it: the same, unless a container publishes it under other numbers. */
  readonly published: PortRange
}
/** A port whose number a registry gives, and has not given yet. Unknown is neither 0 nor none. */
export interface OpenPort extends PortFacts {
  readonly isAuto: true
  readonly range: undefined
  readonly published: undefined
}
export type DeclaredPort = Port | OpenPort

interface PortFacts {
  readonly name: string
  /** Whether the file leaves its number to a registry. */
  readonly isAuto: boolean
  /** How many numbers it takes. */
  readonly portCount: number
  /** Which of an environment's bands a number of it comes from, when a registry gives it. */
  readonly bandKind: string
  readonly transports: readonly Transport[]
  readonly reach: Reach
  readonly speaks: readonly Protocol[]
  readonly nodePorts: Readonly<Partial<Record<Transport, number>>>
  readonly capacity: Capacity | undefined
  readonly source: Path
}
export interface Capacity {
  readonly participants: number | undefined
  readonly portsEach: Span | undefined
  readonly ports: Span | undefined
  readonly streams: number | undefined
}
/** From least to most, both included. */
export interface Span {
  readonly least: number
  readonly most: number
}

export interface Route {
  readonly path: string
  /** What all requests to it may take together, where that is other than for every route. */
  readonly limits: WrittenShareLimits | undefined
  /** The port it names; without a name, `portMeant` decides. */
  readonly port: string | undefined
  readonly websocket: boolean
  readonly source: Path
}
export interface Need {
  /** The other service, which may be unknown: `check` says so. */
  readonly service: string
  readonly database: string | undefined
  readonly role: string | undefined
  readonly redisDb: number | undefined
  readonly bucket: string | undefined
  readonly prefix: string | undefined
  readonly port: string | undefined
  readonly keeps: readonly KeptThing[]
  readonly source: Path
}
export interface Health {
  readonly path: string | undefined
  /** A name or a number; without one, the port that speaks HTTP, or the first. */
  readonly port: string | number | undefined
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly startTimeoutMs: number
  readonly source: Path
}
export interface Metrics {
  readonly path: string
  readonly port: string | undefined
  readonly source: Path
}
