import type { SlowLimits } from './limits-configuration.ts'

/**
 * Whether the other side is too slow, in one direction of one connection. While it is being waited for, time adds up;
 * each byte that it moves takes off what it may take for that. So standing still is forgiven as long as the grace, and
 * a trickle above the least rate goes on for ever.
 */
export class LeastRate {
  #owedMs = 0
  #movedBytes: number

  /** @param movedBytes from which it counts */
  constructor(movedBytes: number) {
    this.#movedBytes = movedBytes
  }

  /**
   * Called every now and then.
   * @param movedBytes all since the beginning
   * @param pendingBytes what is under way to it at once, of which nobody can tell how much has arrived
   * @returns true when it is too slow
   */
  isTooSlow(
    {
      movedBytes,
      pendingBytes = 0,
      forMs,
    }: { readonly movedBytes: number; readonly pendingBytes?: number; readonly forMs: number },
    { leastBytesPerSecond, graceMs }: SlowLimits,
  ): boolean {
    const moved = movedBytes - this.#movedBytes
    this.#movedBytes = movedBytes
    if (leastBytesPerSecond === false) return false
    const msPerByte = 1_000 / leastBytesPerSecond
    this.#owedMs = Math.max(0, this.#owedMs + forMs - moved * msPerByte)
    return this.#owedMs > graceMs + pendingBytes * msPerByte
  }
}
