import fs from 'node:fs'

/** @typedef {{ passed: number, failed: number, skipped: number }} Tally */

/** @param {Tally} tally */
export function formatTally({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/**
 * The last line, and the exit status that goes with it. With PORTOLAN_TALLY_FILE the three numbers go there instead,
 * for a caller that adds several up.
 * @param {Tally} tally
 */
export function finish(tally) {
  const file = process.env.PORTOLAN_TALLY_FILE
  if (file === undefined) process.stdout.write(`${formatTally(tally)}\n`)
  else fs.writeFileSync(file, `${tally.passed} ${tally.failed} ${tally.skipped}\n`)
  process.exitCode = tally.failed === 0 ? 0 : 1
}
