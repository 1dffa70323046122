// The launcher behind the scripts of the root package.json: a fresh clone and any Node from 18 on are enough to begin.

import { runExample } from './example.mjs'
import { gate } from './gate.mjs'
import { ensureInstalled } from './install.mjs'
import { ensurePagesBuilt } from './page-build.mjs'
import { runOnPinnedNode } from './pinned-node.mjs'
import { SetupProblem } from './setup-problem.mjs'
import { test } from './test.mjs'
import { enterTypedFolder } from './typed-folder.mjs'

const VERBS = {
  start: async (args) => {
    await ensurePagesBuilt()
    await runOnPinnedNode('tools/cli/main.ts', ['up', 'wealist', ...args])
  },
  portolan: async (args) => {
    enterTypedFolder()
    await runOnPinnedNode('tools/cli/main.ts', args)
  },
  example: runExample,
  test,
  gate,
}

async function run([verb, ...args]) {
  const action = Object.hasOwn(VERBS, verb ?? '') ? VERBS[verb] : undefined
  if (action === undefined) throw new SetupProblem(`"${verb}" is not one of ${Object.keys(VERBS).join(', ')}.`)
  await ensureInstalled()
  await action(args)
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof SetupProblem)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
