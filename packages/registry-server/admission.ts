import { type AppError, isAppError, type Waiting } from '@portolan/errors'
import type { Caller } from '@portolan/operations'
import type { App } from '@portolan/service'
import type { FastifyRequest } from 'fastify'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { keyMissing, rateLimited } from './errors.ts'
import type { KeyHolder, KeyRing } from './key-ring.ts'
import { signalOf } from './leaving.ts'

export interface AdmissionOptions {
  readonly keys: KeyRing
  readonly limits: { readonly keyPerMinute: number; readonly wrongKeysPerMinute: number }
}

const MINUTE_SECONDS = 60

// By request rather than as its property: no handler can set who asks.
const callers = new WeakMap<FastifyRequest, Caller>()

/** Who asks, on a route behind {@link addAdmission}. */
export function callerOf(request: FastifyRequest): Caller {
  const caller = callers.get(request)
  if (caller === undefined) throw new TypeError('This route lets everybody in, so nobody in particular asks.')
  return caller
}

/**
 * Lets only those in who show a key, and only so often. Wrong keys are counted by address, and never stand in the way of
 * right ones from there.
 * @throws while a request comes in: REGISTRY_SERVER_KEY_…, REGISTRY_SERVER_RATE_LIMITED, REGISTRY_STORE_UNAVAILABLE
 */
export function addAdmission(app: App, { keys, limits }: AdmissionOptions): void {
  const byKey = new Limit('this key', limits.keyPerMinute)
  const byAddress = new Limit('wrong keys from this address', limits.wrongKeysPerMinute)
  app.addHook('onRequest', async (request, reply) => {
    if (request.routeOptions.config.access === 'public') return
    const waiting = { signal: signalOf(reply) }
    const text = keyTextOf(request)
    // Who has guessed too often costs no look into the database, as long as what he shows is no key's number.
    const refusal = await byAddress.refusalOf(request.ip)
    if (refusal !== undefined && !(await keys.mayKnow(text ?? '', waiting))) throw refusal
    const { caller, keyId } = await verify(keys, text, waiting).catch(async (error: unknown) => {
      if (isAppError(error) && error.status === 401) await byAddress.count(request.ip)
      throw error
    })
    await byKey.count(keyId)
    callers.set(request, caller)
  })
}

const KEY_LIMIT = 200

function keyTextOf({ headers }: FastifyRequest): string | undefined {
  const { 'x-api-key': given, authorization } = headers
  const text = typeof given === 'string' ? given : /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  return text?.slice(0, KEY_LIMIT)
}

async function verify(keys: KeyRing, text: string | undefined, waiting: Waiting): Promise<KeyHolder> {
  if (text === undefined || text === '') throw keyMissing()
  return keys.verify(text, waiting)
}

/** So many a minute. Each server counts for itself. */
class Limit {
  readonly #whose: string
  readonly #limit: number
  readonly #limiter: RateLimiterMemory

  constructor(whose: string, limit: number) {
    this.#whose = whose
    this.#limit = limit
    this.#limiter = new RateLimiterMemory({ points: limit, duration: MINUTE_SECONDS })
  }

  /** @throws REGISTRY_SERVER_RATE_LIMITED */
  async count(who: string): Promise<void> {
    try {
      await this.#limiter.consume(who)
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error
      throw this.#refusal(error)
    }
  }

  /** REGISTRY_SERVER_RATE_LIMITED for who has none left; counts nothing. */
  async refusalOf(who: string): Promise<AppError | undefined> {
    const state = await this.#limiter.get(who)
    return state !== null && state.consumedPoints >= this.#limit ? this.#refusal(state) : undefined
  }

  #refusal({ msBeforeNext: retryAfterMs }: RateLimiterRes): AppError {
    return rateLimited(this.#whose, { limit: this.#limit, retryAfterMs })
  }
}
