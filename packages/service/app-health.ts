import type { Waiting } from '@portolan/errors'
import type { App } from './app.ts'
import { checkTimedOut, notReady } from './errors.ts'

/** Resolves when the service can use what it needs, throws when it cannot. */
export type ReadinessCheck = (waiting: Waiting) => Promise<unknown>

export interface HealthOptions {
  readonly checks: Readonly<Record<string, ReadinessCheck>>
  readonly timeoutMs: number
}

/** `/health`: the process answers. `/ready`: every check passes, else 503 SERVICE_NOT_READY that names the failed. */
export function addHealth(app: App, { checks, timeoutMs }: HealthOptions): void {
  app.get('/health', () => ({ status: 'alive' }))
  app.get('/ready', async (request) => {
    const outcomes = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => {
        const cause = await failureOf(name, check, timeoutMs)
        if (cause !== undefined) request.log.warn({ check: name, err: cause }, 'a readiness check failed')
        return { name, hasFailed: cause !== undefined }
      }),
    )
    const failed = outcomes.filter((outcome) => outcome.hasFailed).map((outcome) => outcome.name)
    if (failed.length > 0) throw notReady(failed)
    return { status: 'ready', checks: outcomes.map((outcome) => outcome.name) }
  })
}

/** What the check failed of, else undefined. A check that ignores its signal is not waited for either. */
async function failureOf(name: string, check: ReadinessCheck, timeoutMs: number): Promise<unknown> {
  const limit = new AbortController()
  const { promise: timeout, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const error = checkTimedOut(name, timeoutMs)
    limit.abort(error)
    reject(error)
  }, timeoutMs)
  try {
    await Promise.race([check({ signal: limit.signal }), timeout])
    return undefined
  } catch (error) {
    return error ?? new Error(`Check "${name}" failed without a reason.`)
  } finally {
    clearTimeout(timer)
  }
}
