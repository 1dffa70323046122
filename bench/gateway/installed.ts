import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const FOLDERS = ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin', '/usr/local/go/bin'] as const
/** What only benchmarks need is installed once, outside the repository. */
const CACHE = join(homedir(), '.cache', 'portolan-bench')
const CADDY = 'v2.11.4'
const PYTHON_PACKAGES = ['fastapi==0.163.2', 'httpx==0.28.1', 'hypercorn==0.18.0', 'websockets==16.0'] as const

export function findProgram(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path))
}

/** Debian's nginx, haproxy and wrk. @throws with the command that installs what is missing */
export function requireDebianPrograms(names: readonly string[]): void {
  const missing = names.filter((name) => findProgram(name) === undefined)
  if (missing.length === 0) return
  throw new Error(`Not installed: ${missing.join(', ')}. On Debian: apt-get install ${missing.join(' ')}`)
}

/** Caddy by `go install`, once. @returns undefined when it cannot be had; it is said why */
export async function installCaddy(): Promise<string | undefined> {
  const path = join(CACHE, `caddy-${CADDY}`, 'caddy')
  if (existsSync(path)) return path
  const go = findProgram('go')
  if (go === undefined) return leftOut('Caddy', 'Go is not installed')
  say(`Installing Caddy ${CADDY} by "go install" (once, some minutes) …`)
  try {
    const place = `GOBIN=${join(CACHE, `caddy-${CADDY}`)}`
    await run('env', [place, go, 'install', `github.com/caddyserver/caddy/v2/cmd/caddy@${CADDY}`])
    return path
  } catch (error) {
    return leftOut('Caddy', String(error))
  }
}

/** A virtual environment with what seed 004's router is made of, once. @returns its folder, or undefined; it is said why */
export async function installPythonRouter(): Promise<string | undefined> {
  const folder = join(CACHE, 'python-router')
  const done = join(folder, 'installed')
  if (existsSync(done)) return folder
  say(`Installing ${PYTHON_PACKAGES.join(', ')} by pip (once) …`)
  try {
    await mkdir(CACHE, { recursive: true })
    await run('python3', ['-m', 'venv', folder])
    await run(join(folder, 'bin', 'pip'), ['install', '--quiet', ...PYTHON_PACKAGES])
    await writeFile(done, PYTHON_PACKAGES.join('\n'))
    return folder
  } catch (error) {
    return leftOut('The Python router', String(error))
  }
}

function leftOut(name: string, reason: string): undefined {
  say(`${name} is LEFT OUT: ${reason}`)
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
