import type { Fields } from './http1/fields.ts'
import type { Upstream } from './upstreams/upstream.ts'

/** Where an admitted request goes: what a path's route and a pattern host have in common. */
export interface Destination {
  /** What the request was matched by, for the log: the prefix of a route, or the label of a pattern host. */
  readonly path: string
  /** The service's name, as people read it. */
  readonly service: string
  readonly upstream: Upstream
  /** Whether WebSocket handshakes are let through. */
  readonly websocket: boolean
  /** The name of the workspace that it belongs to: requests to it share what the limits give it. Nothing for a route. */
  readonly workspace?: string
  /** What stands between the browser and a service that is not trusted with every field; nothing for a route. */
  readonly firewall?: FieldFirewall
}

/** Changes what passes, by the fields alone: whichever version of HTTP carries them. */
export interface FieldFirewall {
  /** What of a request's fields the service may see. */
  readonly filterRequest: (fields: Fields) => Fields
  /** What of an answer's fields, one that agrees to a WebSocket included, the browser may see. */
  readonly filterAnswer: (fields: Fields) => Fields
  /** The answer when no head came from the service, for what makes it known that it is a workspace's port. */
  readonly explainFailure?: (error: Error) => Error
}
