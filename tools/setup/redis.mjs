import fs from 'node:fs'
import { canInstallDebianPackages, installDebianPackage } from './debian-package.mjs'

const PLACES = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server']

/** The Redis that the bus is tested against. As root on Debian it is installed; elsewhere those tests say that they are skipped. */
export function ensureRedis() {
  if (PLACES.some((place) => fs.existsSync(place)) || !canInstallDebianPackages()) return
  const failure = installDebianPackage('redis-server', 'Redis for the tests of the bus')
  if (failure !== undefined) process.stderr.write(`${failure}\n`)
}
