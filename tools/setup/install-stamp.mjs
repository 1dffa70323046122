import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { ROOT } from './root.mjs'

const LOCK = path.join(ROOT, 'package-lock.json')
const STAMP = path.join(ROOT, 'node_modules', '.portolan-install')
const INSTALLED = path.join(ROOT, 'node_modules', '.package-lock.json')

/** Whether node_modules carries the stamp of this very lock file, made on this kind of machine. */
export function hasStamp() {
  try {
    return fs.readFileSync(STAMP, 'utf8') === stamp()
  } catch (error) {
    if (error.code === 'ENOENT') return false
    throw error
  }
}

export function writeStamp() {
  fs.writeFileSync(STAMP, stamp())
}

/**
 * Whether npm's own note of what it installed agrees with the lock file, as it does after `npm install` by hand.
 * A package that is optional may be absent: it is another platform's.
 */
export function isConsistent() {
  const [asked, installed] = [packagesOf(LOCK), packagesOf(INSTALLED)]
  if (asked === undefined || installed === undefined) return false
  return Object.entries(asked).every(([place, entry]) => {
    if (!place.startsWith('node_modules/')) return true
    const found = installed[place]
    if (found === undefined) return entry.optional === true
    const isSame = found.version === entry.version && found.integrity === entry.integrity && found.link === entry.link
    return isSame && fs.existsSync(path.join(ROOT, place))
  })
}

function packagesOf(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).packages
  } catch (error) {
    // A file that npm was writing when it was ended is as good as none.
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined
    throw error
  }
}

function stamp() {
  const hash = createHash('sha256').update(fs.readFileSync(LOCK)).digest('hex')
  return `${hash} ${process.platform} ${process.arch}\n`
}
