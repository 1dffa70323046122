import { execFileSync } from 'node:child_process'
import fs from 'node:fs'

export function canInstallDebianPackages() {
  return process.getuid?.() === 0 && fs.existsSync('/etc/debian_version')
}

/** @returns {string | undefined} what apt-get said when it failed */
export function installDebianPackages(names, purpose) {
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...names]
  process.stderr.write(`Installing ${purpose} (apt-get install ${names.join(' ')}; once) …\n`)
  if (aptGet(install) === undefined) return undefined
  // The lists may be older than what the mirrors still have.
  const failure = aptGet(['update', '-qq']) ?? aptGet(install)
  return failure === undefined ? undefined : `apt-get could not install ${names.join(' ')}:\n${failure}`
}

/** Debian starts a server as soon as it is installed; these are for tests that start their own. */
const NO_SERVICES = '/usr/sbin/policy-rc.d'

function aptGet(args) {
  const isOurs = !fs.existsSync(NO_SERVICES)
  try {
    if (isOurs) fs.writeFileSync(NO_SERVICES, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    execFileSync('apt-get', args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    return undefined
  } catch (error) {
    return String(error.stderr ?? error.message).trim()
  } finally {
    if (isOurs) fs.rmSync(NO_SERVICES, { force: true })
  }
}
