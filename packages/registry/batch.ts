import type { StoredAnswer } from './answer-repository.ts'
import type { ReleasedClaim } from './claim.ts'
import { idempotencyConflict } from './errors.ts'
import { Ground, Later } from './ground.ts'
import type { HostPicture } from './host-picture.ts'
import type { IdempotencyKey } from './operation.ts'
import type { Request } from './pending.ts'
import type { KeptAnswer, Written } from './write-repository.ts'

export interface BatchFacts {
  readonly picture: HostPicture
  readonly now: Date
  readonly releasedById: ReadonlyMap<number, ReleasedClaim>
  readonly answers: readonly StoredAnswer[]
  readonly claimsPerProject: number
}

/** What a batch of operations leads to: entered into the picture, and not written yet. */
export interface DecidedBatch {
  readonly ground: Ground
  /** What to do when the batch is written, or found to be true: each gives one request its answer. */
  readonly settlements: readonly ((written: Written) => void)[]
  readonly keptAnswers: readonly KeptAnswer[]
  /** Those that have to wait for the next batch, in their order. */
  readonly postponed: readonly Request[]
}

/** Decides each request on the ground that the ones before it have left. Pure but for the picture. */
export function decideBatch(requests: readonly Request[], facts: BatchFacts): DecidedBatch {
  const ground = new Ground(facts)
  const answersByKey = new Map(facts.answers.map((answer) => [keyText(answer), answer]))
  const keysHere = new Set<string>()
  const settlements: ((written: Written) => void)[] = []
  const keptAnswers: KeptAnswer[] = []
  const postponed: Request[] = []
  for (const request of requests) {
    const key = request.idempotencyKey
    const stored = key === undefined ? undefined : answersByKey.get(keyText(key))
    if (key !== undefined && keysHere.has(keyText(key))) {
      postponed.push(request)
      continue
    }
    if (key !== undefined && stored !== undefined) {
      settlements.push(answerAgain(request, key, stored))
      continue
    }
    const outcome = decideOne(request, ground)
    if (outcome === 'later') postponed.push(request)
    else {
      settlements.push(outcome.settle)
      if (key !== undefined) keysHere.add(keyText(key))
      if (key !== undefined && outcome.kept !== undefined) keptAnswers.push({ ...key, ...outcome.kept })
    }
  }
  return { ground, settlements, keptAnswers, postponed }
}

interface Outcome {
  readonly settle: (written: Written) => void
  readonly kept: Pick<KeptAnswer, 'subject' | 'wasChanged'> | undefined
}

function decideOne(request: Request, ground: Ground): Outcome | 'later' {
  try {
    const { changes, subject, wasChanged, settle } = request.decide(ground)
    ground.enter(changes)
    return { settle, kept: subject === undefined ? undefined : { subject, wasChanged } }
  } catch (error) {
    if (error instanceof Later) return 'later'
    return { settle: () => request.reject(error), kept: undefined }
  }
}

function answerAgain(request: Request, key: IdempotencyKey, stored: StoredAnswer): () => void {
  if (stored.bodyHash === key.bodyHash) return () => request.replay(stored.claim, stored.wasChanged)
  return () => request.reject(idempotencyConflict(key.project, key.key))
}

function keyText({ project, key }: IdempotencyKey): string {
  return `${project} ${key}`
}
