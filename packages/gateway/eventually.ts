/** For this package's tests. */
import { expect } from 'vitest'

/** Waits until what is looked at meets the expectation. Vitest's limit of one second is too short on a busy machine. */
export function eventually<Value>(look: () => Value) {
  return expect.poll(look, { timeout: 10_000, interval: 20 })
}
