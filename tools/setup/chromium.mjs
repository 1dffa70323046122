import fs from 'node:fs'
import { canInstallDebianPackages, installDebianPackages } from './debian-package.mjs'

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
  if (canInstallDebianPackages()) return installChromium()
  process.stderr.write(`${HOW_TO_INSTALL}\n`)
  return undefined
}

export const HOW_TO_INSTALL =
  'There is no Chromium, so the browser tests are skipped. Debian, Ubuntu: sudo apt-get install chromium. ' +
  'Elsewhere install Chromium or Chrome and say where: PORTOLAN_CHROMIUM=/path/to/chromium npm test'

function installChromium() {
  const failure = installDebianPackages(['chromium'], 'Chromium for the browser tests')
  if (failure !== undefined) process.stderr.write(`${failure}\n${HOW_TO_INSTALL}\n`)
  return fs.existsSync(USUAL) ? USUAL : undefined
}
