import { spawn } from 'node:child_process'
import path from 'node:path'
import { installFailure, scriptsBlocked } from './install-failure.mjs'
import { withInstallLock } from './install-lock.mjs'
import { hasStamp, isConsistent, writeStamp } from './install-stamp.mjs'
import { hasPinnedNode } from './pinned-node.mjs'
import { ROOT } from './root.mjs'
import { SetupProblem } from './setup-problem.mjs'

/**
 * Makes node_modules what package-lock.json asks for. When it is already, that costs one hash of the lock file.
 * @throws SetupProblem that says what stands in the way
 */
export async function ensureInstalled() {
  if (hasStamp() && hasPinnedNode()) return
  await withInstallLock(async () => {
    // Another process may have done it meanwhile, or `npm install` may have been run by hand.
    if (!isConsistent()) await install()
    if (!hasPinnedNode()) throw new SetupProblem(scriptsBlocked())
    writeStamp()
  })
}

async function install() {
  process.stderr.write('Installing what package-lock.json asks for (once; about 500 MB, a minute or two) …\n')
  const startedAt = Date.now()
  const { status, errors } = await npmCi()
  if (status !== 0) throw new SetupProblem(installFailure(errors))
  process.stderr.write(`Installed in ${Math.round((Date.now() - startedAt) / 1000)} s.\n`)
}

function npmCi() {
  const [command, ...before] = npmCommand()
  const args = [...before, 'ci', '--loglevel=error', '--no-audit', '--no-fund']
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text
  })
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ status: 1, errors: `${error.code}: ${error.message}` }))
    child.on('close', (code) => resolve({ status: code ?? 1, errors }))
  })
}

/** The npm that runs this script when there is one: it need not be the first one of PATH. */
function npmCommand() {
  const running = process.env.npm_execpath
  if (running !== undefined && path.basename(running) === 'npm-cli.js') return [process.execPath, running]
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm']
}
