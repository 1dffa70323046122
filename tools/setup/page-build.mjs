import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { PINNED_NODE, runChild } from './pinned-node.mjs'
import { ROOT } from './root.mjs'
import { SetupProblem } from './setup-problem.mjs'

const WEB = path.join(ROOT, 'wealist', 'web')
const BUILT = path.join(WEB, 'page', 'dist')
const STAMP = path.join(WEB, 'page', '.tmp', 'built-from')
const MADE_FOLDERS = new Set([BUILT, path.dirname(STAMP)])

/**
 * Builds weAlist's pages when what they are made of has changed since. When it has not, that costs one hash of the files.
 * @throws SetupProblem when the build fails; it has said why
 */
export async function ensurePagesBuilt() {
  const digest = digestOf([path.join(ROOT, 'package-lock.json'), ...sourcesIn(WEB)])
  if (fs.existsSync(BUILT) && readStamp() === digest) return
  process.stderr.write("Building weAlist's pages (once, and after changes) …\n")
  const { code } = await runChild(PINNED_NODE, [path.join(WEB, 'build.ts')], { cwd: ROOT })
  if (code !== 0) throw new SetupProblem("weAlist's pages could not be built.")
  fs.mkdirSync(path.dirname(STAMP), { recursive: true })
  fs.writeFileSync(STAMP, digest)
}

function sourcesIn(folder) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const place = path.join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'node_modules' || MADE_FOLDERS.has(place) ? [] : sourcesIn(place)
    return entry.name.endsWith('.test.ts') ? [] : [place]
  })
}

function digestOf(files) {
  const hash = createHash('sha256')
  // Not toSorted: this may run on a Node that has none.
  for (const file of Array.from(files).sort((a, b) => (a < b ? -1 : 1))) {
    const content = fs.readFileSync(file)
    hash.update(`${path.relative(ROOT, file)}\0${content.length}\0`).update(content)
  }
  return hash.digest('hex')
}

function readStamp() {
  try {
    return fs.readFileSync(STAMP, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}
