import type { AllowanceOptions } from './allowance.ts'

/** What one HTTP/2 client may ask of the gateway by one connection. */
export interface Http2Limits {
  readonly concurrentStreams: number
  /** Of content that may come before anybody reads it, by stream. */
  readonly windowBytes: number
  /** Streams that the client takes back. A page that is left takes back all it was loading at once. */
  readonly resets: AllowanceOptions
  readonly pings: AllowanceOptions
  readonly settings: AllowanceOptions
  /** Answers that the client did not read until the idle limit; of these each is ended by itself. */
  readonly stalls: AllowanceOptions
  /** Frames that are no HTTP/2, before the session ends. */
  readonly invalidFrames: number
  readonly rejectedStreams: number
}

export const HTTP2_LIMITS: Http2Limits = Object.freeze({
  concurrentStreams: 128,
  windowBytes: 131_072,
  resets: { burst: 200, perSecond: 20 },
  pings: { burst: 50, perSecond: 5 },
  settings: { burst: 20, perSecond: 1 },
  stalls: { burst: 3, perSecond: 0.01 },
  invalidFrames: 100,
  rejectedStreams: 100,
})
