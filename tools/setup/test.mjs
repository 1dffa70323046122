import { runTests } from './run-tests.mjs'
import { finish } from './tally.mjs'

/** `npm test`, `npm test -- packages/ports`: arguments go to vitest. */
export async function test(args) {
  finish(await runTests(args))
}
