/** The closed sets of the stack file. Each is written once; types, validation and the JSON Schema are drawn from it. */

export const RUN_KINDS = ['module', 'command', 'container', 'embedded', 'external', 'slots'] as const
export type RunKind = (typeof RUN_KINDS)[number]

/** Who may reach a port: this machine alone, the stack's other services, or anybody. */
export const REACHES = ['loopback', 'internal', 'public'] as const
export type Reach = (typeof REACHES)[number]

/** What speaks on a port. `rtp` is media, `relay` what a TURN server hands out, `ice-tcp` media's way out over TCP. */
export const PROTOCOLS = [
  'http',
  'https',
  'websocket',
  'sse',
  'postgres',
  'redis',
  's3',
  'stun',
  'turn',
  'turns',
  'ice-tcp',
  'rtp',
  'relay',
] as const
export type Protocol = (typeof PROTOCOLS)[number]

/** What Portolan brings along, to be run as `embedded`. The gateway is one of them, but declares itself. */
export const EMBEDDED_PARTS = ['postgres', 'bus', 'objects'] as const
export type EmbeddedPart = (typeof EMBEDDED_PARTS)[number]

/** What a service keeps in something it needs; what may be lost (`cache`) and what may not (`tokens`, `sessions`). */
export const KEPT_THINGS = [
  'records',
  'tokens',
  'sessions',
  'cache',
  'counters',
  'presence',
  'messages',
  'files',
] as const
export type KeptThing = (typeof KEPT_THINGS)[number]

export const HOST_KINDS = ['machine', 'kubernetes'] as const
export type HostKind = (typeof HOST_KINDS)[number]
