import { totalmem } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import type { Load } from './load-watch.ts'

const RESOLUTION_MS = 50

/** Measures this process. To be closed. */
export class LoadMeter {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  readonly #memoryBytes = memoryOfThisProcess()
  #latest: Load = { lagMs: 0, memoryRatio: 0 }

  constructor() {
    this.#delay.enable()
  }

  get latest(): Load {
    return this.#latest
  }

  /** Since the last call. */
  measure(): Load {
    const meanMs = this.#delay.count === 0 ? RESOLUTION_MS : this.#delay.mean / 1e6
    this.#delay.reset()
    const { used_heap_size: used, heap_size_limit: most } = getHeapStatistics()
    const memoryRatio = Math.max(used / most, process.memoryUsage.rss() / this.#memoryBytes)
    this.#latest = { lagMs: Math.max(0, meanMs - RESOLUTION_MS), memoryRatio }
    return this.#latest
  }

  close(): void {
    this.#delay.disable()
  }
}

/** What a container may have, else the machine's. */
function memoryOfThisProcess(): number {
  const constrained = process.constrainedMemory()
  return constrained > 0 && constrained < totalmem() ? constrained : totalmem()
}
