/** Every limit but `connectMs` is on idleness: a message may take for ever as long as it moves. Milliseconds. */
export interface GatewayTimeouts {
  /** For the TCP handshake with an upstream. */
  readonly connectMs: number
  /** How long an upstream may be silent before its response head. */
  readonly responseMs: number
  /** How long a message may stand still, on either side. Event streams and WebSockets may be silent for ever. */
  readonly idleMs: number
  /** For a client to send the head of a request. */
  readonly headersMs: number
  /** How long a client may keep an unused connection. */
  readonly keepAliveMs: number
}

export const DEFAULT_TIMEOUTS = {
  connectMs: 5_000,
  responseMs: 120_000,
  idleMs: 300_000,
  headersMs: 30_000,
  keepAliveMs: 65_000,
} as const satisfies GatewayTimeouts
