export interface Limits {
  readonly limitMs: number
  readonly signals: readonly (AbortSignal | undefined)[]
  /** What it rejects with when the time is over. */
  readonly limitError: () => Error
}

/**
 * The promise's own outcome, unless the time is over or a signal fires first. Own timers and listeners instead of
 * `AbortSignal.any` and `AbortSignal.timeout`, which stay behind for each of thousands of short calls a second.
 */
export async function settleWithin<Result>(promise: Promise<Result>, limits: Limits): Promise<Result> {
  const ended = Promise.withResolvers<never>()
  const timer = setTimeout(() => ended.reject(limits.limitError()), limits.limitMs)
  const signals = limits.signals.filter((signal) => signal !== undefined)
  const stop = (): void => ended.reject(signals.find((signal) => signal.aborted)?.reason)
  for (const signal of signals) signal.addEventListener('abort', stop, { once: true })
  if (signals.some((signal) => signal.aborted)) stop()
  try {
    return await Promise.race([promise, ended.promise])
  } finally {
    clearTimeout(timer)
    for (const signal of signals) signal.removeEventListener('abort', stop)
  }
}
