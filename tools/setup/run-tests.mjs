import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { ensureChromium, HOW_TO_INSTALL } from './chromium.mjs'
import { ensureGoPrograms } from './go-programs.mjs'
import { ensurePagesBuilt } from './page-build.mjs'
import { PINNED_NODE, pinnedEnvironment, runChild } from './pinned-node.mjs'
import { ROOT } from './root.mjs'
import { ensureTestPrograms } from './test-programs.mjs'

/**
 * Runs vitest, and lists at the end what was skipped.
 * @param {readonly string[]} args passed on to vitest
 * @returns {Promise<import('./tally.mjs').Tally>} no test at all counts as one that failed
 */
export async function runTests(args) {
  await ensurePagesBuilt()
  ensureTestPrograms()
  ensureGoPrograms()
  const chromium = ensureChromium()
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'portolan-test-'))
  try {
    const report = path.join(folder, 'report.json')
    const { code } = await runVitest(args, {
      ...pinnedEnvironment(),
      PORTOLAN_TEST_REPORT: report,
      ...(chromium === undefined ? {} : { PORTOLAN_CHROMIUM: chromium }),
    })
    const { passed, failed, skipped } = readReport(report)
    if (passed + failed === 0) process.stdout.write('No test was run.\n')
    saySkipped(skipped, chromium !== undefined)
    const isUnexplained = failed === 0 && (passed === 0 || code !== 0)
    return { passed, failed: isUnexplained ? 1 : failed, skipped: skipped.length }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

function runVitest(args, env) {
  const vitest = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', `--reporter=${path.join(ROOT, 'tools', 'setup', 'tally-reporter.mjs')}`]
  return runChild(PINNED_NODE, [vitest, 'run', ...reporters, ...args], { cwd: ROOT, env })
}

/** When vitest was ended before it could say anything, nothing has passed. */
function readReport(file) {
  if (!fs.existsSync(file)) return { passed: 0, failed: 1, skipped: [] }
  return JSON.parse(fs.readFileSync(file, 'utf8'))
}

function saySkipped(skipped, hasChromium) {
  if (skipped.length === 0) return
  process.stdout.write(`\nNOT TESTED, ${skipped.length} skipped:\n${skipped.map((name) => `  ${name}\n`).join('')}`)
  if (!hasChromium) process.stdout.write(`${HOW_TO_INSTALL}\n`)
  process.stdout.write('\n')
}
