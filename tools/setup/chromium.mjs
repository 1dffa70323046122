import { execFileSync } from 'node:child_process'
import fs from 'node:fs'

const USUAL = '/usr/bin/chromium'

/**
 * The browser that the browser tests drive: PORTOLAN_CHROMIUM, else the system's. As root on Debian it is installed.
 * @returns {string | undefined} undefined when there is none; then it has been said how to get one
 */
export function ensureChromium() {
  const chosen = process.env.PORTOLAN_CHROMIUM
  if (chosen !== undefined && chosen !== '') {
    if (fs.existsSync(chosen)) return chosen
    process.stderr.write(`PORTOLAN_CHROMIUM is "${chosen}", where there is no file.\n`)
    return undefined
  }
  if (fs.existsSync(USUAL)) return USUAL
  if (process.getuid?.() === 0 && fs.existsSync('/etc/debian_version')) return installChromium()
  process.stderr.write(`${HOW_TO_INSTALL}\n`)
  return undefined
}

export const HOW_TO_INSTALL =
  'There is no Chromium, so the browser tests are skipped. Debian, Ubuntu: sudo apt-get install chromium. ' +
  'Elsewhere install Chromium or Chrome and say where: PORTOLAN_CHROMIUM=/path/to/chromium npm test'

function installChromium() {
  process.stderr.write('Installing Chromium for the browser tests (apt-get install chromium; once) …\n')
  if (aptGet('install') !== undefined) {
    // The lists may be older than what the mirrors still have.
    const failure = aptGet('update') ?? aptGet('install')
    if (failure !== undefined) {
      process.stderr.write(`apt-get could not install Chromium:\n${failure}\n${HOW_TO_INSTALL}\n`)
      return undefined
    }
  }
  return fs.existsSync(USUAL) ? USUAL : undefined
}

/** @returns {string | undefined} what it said when it failed */
function aptGet(verb) {
  const args = verb === 'update' ? ['update', '-qq'] : ['install', '-y', '-qq', '--no-install-recommends', 'chromium']
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    execFileSync('apt-get', args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    return undefined
  } catch (error) {
    return String(error.stderr ?? error.message).trim()
  }
}
