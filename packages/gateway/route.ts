import type { UpstreamTarget } from './http1/upstream-connection.ts'
import type { ShareLimits } from './limits/limits-configuration.ts'

/** An address, or the name of one of the configuration's upstreams. */
export type RouteTarget = UpstreamTarget | { readonly upstream: string }

/** Sends every path at or below `path` to one service. */
export interface GatewayRoute {
  /** A normalised path prefix without a slash at the end (`/api/boards`), or `/` for everything. */
  readonly path: string
  /** The service's name, as people read it. */
  readonly service: string
  readonly target: RouteTarget
  /** Whether WebSocket handshakes are let through. */
  readonly websocket: boolean
  /** What all requests to it may take together, where that is other than for every route. */
  readonly limits?: Partial<ShareLimits>
}
