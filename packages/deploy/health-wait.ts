import type { Waiting } from '@portolan/errors'
import { pause } from '@portolan/observe'
import { endedEarly, notHealthy } from './errors.ts'
import { findHealthFault, HEALTH_TIMES, type HealthCheck, type HealthTarget, type HealthTimes } from './health.ts'
import type { Started } from './occupant.ts'
import type { OnProgress } from './progress.ts'

export interface HealthWait extends HealthTimes {
  readonly check: HealthCheck
  readonly target: HealthTarget
  readonly onProgress: OnProgress
}

/**
 * Asks again and again until it is healthy, and still runs.
 * @throws DEPLOY_ENDED, DEPLOY_UNHEALTHY, each with what it printed last; the signal's reason
 */
export async function untilHealthy(started: Started, wait: HealthWait, { signal }: Waiting): Promise<void> {
  const { check, target, onProgress, ...times } = wait
  const { timeoutMs, intervalMs, attemptTimeoutMs } = { ...HEALTH_TIMES, ...times }
  const beganAt = performance.now()
  const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  let last = 'it was not asked'
  for (let attempt = 1; !limited.aborted; attempt += 1) {
    const fault = await findHealthFault(check, target, {
      signal: AbortSignal.any([limited, AbortSignal.timeout(attemptTimeoutMs)]),
    })
    signal.throwIfAborted()
    const end = await started.findEnd({ signal })
    // Whatever answered then was not it.
    if (end !== undefined) throw endedEarly(started.occupant, end, await started.readOutput({ signal }))
    onProgress({
      type: 'checked',
      attempt,
      afterMs: performance.now() - beganAt,
      ...(fault === undefined ? {} : { fault }),
    })
    if (fault === undefined) return
    // What a check says that the limit cut short tells less than the one before.
    if (!limited.aborted || attempt === 1) last = fault
    await pause(intervalMs, { signal: limited })
  }
  signal.throwIfAborted()
  throw notHealthy(started.occupant, { timeoutMs, last, output: await started.readOutput({ signal }) })
}
