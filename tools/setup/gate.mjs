import { pinnedEnvironment, runChild } from './pinned-node.mjs'
import { ROOT } from './root.mjs'
import { runTests } from './run-tests.mjs'
import { finish } from './tally.mjs'

const STEPS = [
  { name: 'lock file', command: ['node', 'tools/setup/complete-lock.mjs', '--check'] },
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'page types', command: ['tsc', '--noEmit', '-p', 'wealist/web/page'] },
  { name: 'format', command: ['biome', 'ci', '.'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'unused code', command: ['knip'] },
]
const WITHOUT_TESTS = '--without-tests'

/** `npm run check`: everything a change has to pass, one after the other; it stops for nothing and sums up. */
export async function gate(args) {
  const results = []
  for (const step of STEPS) results.push(await runStep(step))
  const hasFailed = results.filter(({ isPassed }) => !isPassed).map(({ name }) => name)
  const tests = args.includes(WITHOUT_TESTS) ? { passed: 0, failed: 0, skipped: 0 } : await runTests(args)
  if (hasFailed.length > 0) process.stdout.write(`\nFailed before the tests: ${hasFailed.join(', ')}\n`)
  finish({
    passed: tests.passed + results.length - hasFailed.length,
    failed: tests.failed + hasFailed.length,
    skipped: tests.skipped,
  })
}

async function runStep({ name, command }) {
  const startedAt = Date.now()
  const [tool, ...args] = command
  const { code, output } = await runChild(tool, args, { cwd: ROOT, env: pinnedEnvironment(), output: 'collect' })
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  const isPassed = code === 0
  process.stdout.write(`${name.padEnd(12)} ${isPassed ? 'ok' : 'FAILED'}  ${seconds.padStart(5)} s\n`)
  if (!isPassed) process.stdout.write(`\n${output.trim()}\n\n`)
  return { name, isPassed }
}
