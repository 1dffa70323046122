import { type Latency, latencyOf } from './percentiles.ts'

export interface LoopFigures {
  readonly perSecond: number
  readonly count: number
  readonly latency: Latency
}

export interface LoopOptions {
  readonly clients: number
  /** Ends the loop, as `countLimit` does: whichever comes first. */
  readonly limitMs?: number
  readonly countLimit?: number
}

/** Clients that ask again as soon as they are answered. @param ask is given a number that nobody else has */
export async function runClosedLoop(
  ask: (turn: number) => Promise<unknown>,
  options: LoopOptions,
): Promise<LoopFigures> {
  const { clients, limitMs = Infinity, countLimit = Infinity } = options
  const samplesMs: number[] = []
  const beganAt = performance.now()
  let turn = 0
  const client = async (): Promise<void> => {
    while (turn < countLimit && performance.now() - beganAt < limitMs) {
      turn += 1
      const askedAt = performance.now()
      await ask(turn)
      samplesMs.push(performance.now() - askedAt)
    }
  }
  await Promise.all(Array.from({ length: clients }, client))
  const seconds = (performance.now() - beganAt) / 1_000
  const count = samplesMs.length
  return { perSecond: Math.round(count / seconds), count, latency: latencyOf(samplesMs) }
}
