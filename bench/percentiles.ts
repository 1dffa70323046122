export interface Latency {
  readonly medianMs: number
  readonly p99Ms: number
  readonly worstMs: number
}

export function latencyOf(samplesMs: readonly number[]): Latency {
  const sorted = samplesMs.toSorted((a, b) => a - b)
  const at = (share: number) => Math.round((sorted[Math.ceil((sorted.length - 1) * share)] ?? 0) * 100) / 100
  return { medianMs: at(0.5), p99Ms: at(0.99), worstMs: at(1) }
}
