import type { UpstreamTarget } from './http1/upstream-connection.ts'

/** Sends every path at or below `path` to one service. */
export interface GatewayRoute {
  /** A normalised path prefix without a slash at the end (`/api/boards`), or `/` for everything. */
  readonly path: string
  /** The service's name, as people read it. */
  readonly service: string
  readonly target: UpstreamTarget
  /** Whether WebSocket handshakes are let through. */
  readonly websocket: boolean
}
