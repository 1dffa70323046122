import fs from 'node:fs'
import path from 'node:path'
import { runOnPinnedNode } from './pinned-node.mjs'
import { ROOT } from './root.mjs'
import { SetupProblem } from './setup-problem.mjs'

/** `npm run example -- codeb`: what a folder of `examples/` runs by itself. */
export async function runExample([name, ...args]) {
  const names = fs.readdirSync(path.join(ROOT, 'examples')).filter((folder) => fs.existsSync(mainOf(folder)))
  if (!names.includes(name)) throw new SetupProblem(`Say which example: npm run example -- ${names.join(' | ')}`)
  await runOnPinnedNode(path.relative(ROOT, mainOf(name)), args)
}

function mainOf(folder) {
  return path.join(ROOT, 'examples', folder, 'main.ts')
}
