import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** What tests and measurements run for real and no package manager has: Go programs, each at one version. */
const PROGRAMS = [
  { module: 'github.com/summerwind/h2spec/cmd/h2spec', version: 'v2.2.1+incompatible', binary: 'h2spec' },
  { module: 'github.com/letsencrypt/pebble/v2/cmd/pebble', version: 'v2.10.1', binary: 'pebble' },
]

/** Where they are, by name and version, for every checkout: packages/gateway/go-program.ts looks there. */
const FOLDER = path.join(os.homedir(), '.cache', 'portolan', 'go-programs')
const LIMIT_MS = 300_000

/** Builds what is missing, once; where there is no Go or no network, the tests that need it say that they are skipped. */
export function ensureGoPrograms() {
  const missing = PROGRAMS.filter(({ binary, version }) => !fs.existsSync(placeOf(binary, version)))
  if (missing.length === 0) return
  for (const program of missing) {
    const failure = build(program)
    if (failure === undefined) continue
    process.stderr.write(`${program.binary} could not be built, so its tests are skipped: ${failure}\n`)
    return // whatever keeps one from being built keeps the others
  }
}

function placeOf(binary, version) {
  return path.join(FOLDER, `${binary}-${version}`)
}

/** @returns {string | undefined} what went wrong */
function build({ module, version, binary }) {
  const folder = path.join(FOLDER, `.${binary}`)
  process.stderr.write(`Building ${binary} ${version} (go install; once) …\n`)
  try {
    const env = { ...process.env, GOBIN: folder, GOFLAGS: '-buildvcs=false' }
    const options = { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS }
    execFileSync('go', ['install', `${module}@${version}`], options)
    fs.renameSync(path.join(folder, binary), placeOf(binary, version))
    return undefined
  } catch (error) {
    return (
      String(error.stderr ?? '')
        .trim()
        .split('\n')
        .at(-1) || error.message
    )
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}
