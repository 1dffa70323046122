/* oxlint-disable import/no-default-export -- vitest loads a reporter by its default export */
import fs from 'node:fs'

/**
 * A vitest reporter that leaves the numbers in the file PORTOLAN_TEST_REPORT: how many passed and failed, and the names
 * of what was not tested. A file that does not load counts as one failure, and so does an error outside every test.
 */
// biome-ignore lint/style/noDefaultExport: vitest loads a reporter by its default export
export default class TallyReporter {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const report = { passed: 0, failed: unhandledErrors.length, skipped: [] }
    for (const module of modules) {
      report.failed += module.errors().length > 0 ? 1 : 0
      for (const test of module.children.allTests()) count(report, test, module.relativeModuleId)
    }
    fs.writeFileSync(process.env.PORTOLAN_TEST_REPORT, JSON.stringify(report))
  }
}

function count(report, test, file) {
  const { state } = test.result()
  if (state === 'passed') report.passed += 1
  else if (state === 'skipped') report.skipped.push(`${file}: ${test.fullName}`)
  // What is still pending when the run ends was cut off.
  else report.failed += 1
}
