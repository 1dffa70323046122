import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ROOT } from './root.mjs'

// Not in node_modules, which `npm ci` removes.
const FOLDER = path.join(ROOT, '.tmp')
const LOCK = path.join(FOLDER, 'install.lock')
const BEAT_MS = 2_000
/** A holder that has not beaten for so long is gone, whatever its process number says now. */
const STALE_MS = 30_000

/** One install at a time: two would remove each other's files. */
export async function withInstallLock(work) {
  await acquire()
  const beat = setInterval(() => fs.utimesSync(LOCK, new Date(), new Date()), BEAT_MS)
  beat.unref()
  try {
    await work()
  } finally {
    clearInterval(beat)
    fs.rmSync(LOCK, { force: true })
  }
}

async function acquire() {
  fs.mkdirSync(FOLDER, { recursive: true })
  let hasSaidSo = false
  while (!tryAcquire()) {
    if (isAbandoned()) {
      fs.rmSync(LOCK, { force: true })
      continue
    }
    if (!hasSaidSo) process.stderr.write('Another process is installing; waiting for it …\n')
    hasSaidSo = true
    await delay(250)
  }
}

function tryAcquire() {
  try {
    fs.writeFileSync(LOCK, `${process.pid} ${os.hostname()}`, { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function isAbandoned() {
  try {
    const [pid, host] = fs.readFileSync(LOCK, 'utf8').split(' ')
    const isSilent = Date.now() - fs.statSync(LOCK).mtimeMs > STALE_MS
    return isSilent || (host === os.hostname() && Number(pid) > 0 && !isAlive(Number(pid)))
  } catch (error) {
    if (error.code === 'ENOENT') return false // released just now
    throw error
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
