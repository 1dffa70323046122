/** What is known of one target at a moment, as plain JSON. */
export interface TargetState {
  /** `host:port`, for whoever runs the gateway: never for a client. */
  readonly address: string
  /** Connections with a request on them. */
  readonly usedCount: number
  /** Connections that wait for the next request. */
  readonly keptCount: number
  /** Since it was first declared. */
  readonly requestCount: number
  /** Requests that did not reach it, or got no answer. */
  readonly failureCount: number
}

/** What is known of one upstream at a moment. */
export interface UpstreamState {
  readonly name: string
  readonly targets: readonly TargetState[]
}
