/** Time as an argument, so that a test can move it. */
export interface Clock {
  /** What the wall says: compared with what other machines wrote down. May jump. */
  now(): Date
  /** Only ever grows: for durations inside this process, which a jump of the wall clock must not touch. */
  elapsedMs(): number
}

export const SYSTEM_CLOCK: Clock = { now: () => new Date(), elapsedMs: () => performance.now() }
