import type { Claim } from './claim.ts'
import type { Ground } from './ground.ts'
import type { Change, IdempotencyKey, Operation } from './operation.ts'
import type { Written } from './write-repository.ts'

/** A request as the lane sees it, whatever its answer is. */
export interface Request {
  readonly idempotencyKey: IdempotencyKey | undefined
  readonly claimId: number | undefined
  readonly isAbandoned: boolean
  decide(ground: Ground): {
    readonly changes: readonly Change[]
    readonly subject: Claim | undefined
    readonly wasChanged: boolean
    readonly settle: (written: Written) => void
  }
  replay(claim: Claim, wasChanged: boolean): void
  reject(error: unknown): void
}

/** One operation that waits for its batch, and its caller. */
export class Pending<Result> implements Request {
  readonly #operation: Operation<Result>
  readonly #outcome = Promise.withResolvers<Result>()
  #isAbandoned = false

  constructor(operation: Operation<Result>) {
    this.#operation = operation
  }

  get idempotencyKey(): IdempotencyKey | undefined {
    return this.#operation.idempotencyKey
  }

  get claimId(): number | undefined {
    return this.#operation.claimId
  }

  /** Its caller has left before it began: it must not begin any more. */
  get isAbandoned(): boolean {
    return this.#isAbandoned
  }

  /** Rejects with the signal's reason as soon as it fires. What is being written by then is written nevertheless. */
  async wait(signal: AbortSignal): Promise<Result> {
    const leave = (): void => {
      this.#isAbandoned = true
      this.#outcome.reject(signal.reason)
    }
    signal.addEventListener('abort', leave, { once: true })
    try {
      return await this.#outcome.promise
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  decide(ground: Ground): ReturnType<Request['decide']> {
    const { changes, subject, wasChanged, answer } = this.#operation.decide(ground)
    const settle = (written: Written): void => {
      try {
        this.#outcome.resolve(answer(written))
      } catch (error) {
        this.#outcome.reject(error)
      }
    }
    return { changes, subject, wasChanged, settle }
  }

  replay(claim: Claim, wasChanged: boolean): void {
    const result = this.#operation.replay?.(claim, wasChanged)
    if (result === undefined) this.#outcome.reject(new TypeError('An operation with a key can be replayed.'))
    else this.#outcome.resolve(result)
  }

  reject(error: unknown): void {
    this.#outcome.reject(error)
  }
}
