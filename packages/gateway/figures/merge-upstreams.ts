import type { TargetState, UpstreamState } from '../upstreams/upstream-state.ts'

/** What several workers know of the same services: their counts are added, what they say otherwise is the first's. */
export function mergeUpstreams(
  one: readonly UpstreamState[],
  other: readonly UpstreamState[],
): readonly UpstreamState[] {
  const upstreamsByName = new Map(one.map((upstream) => [upstream.name, upstream]))
  for (const upstream of other) {
    const same = upstreamsByName.get(upstream.name)
    const targets = same === undefined ? upstream.targets : mergeTargets(same.targets, upstream.targets)
    const waitingCount = (same?.waitingCount ?? 0) + upstream.waitingCount
    const retryCount = (same?.retryCount ?? 0) + upstream.retryCount
    upstreamsByName.set(upstream.name, { ...(same ?? upstream), waitingCount, retryCount, targets })
  }
  return [...upstreamsByName.values()]
}

function mergeTargets(one: readonly TargetState[], other: readonly TargetState[]): readonly TargetState[] {
  const targetsByAddress = new Map(one.map((target) => [target.address, target]))
  for (const target of other) {
    const same = targetsByAddress.get(target.address)
    targetsByAddress.set(target.address, same === undefined ? target : addTargets(same, target))
  }
  return [...targetsByAddress.values()]
}

function addTargets(one: TargetState, other: TargetState): TargetState {
  return {
    ...one,
    usedCount: one.usedCount + other.usedCount,
    // Each worker has its own: one that keeps requests away is what somebody has to know.
    circuit: one.circuit === 'closed' ? other.circuit : one.circuit,
    keptCount: one.keptCount + other.keptCount,
    webSocketCount: one.webSocketCount + other.webSocketCount,
    requestCount: one.requestCount + other.requestCount,
    failureCount: one.failureCount + other.failureCount,
    errorCount: one.errorCount + other.errorCount,
  }
}
