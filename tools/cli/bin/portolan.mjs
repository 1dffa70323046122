#!/usr/bin/env node
// Portolan needs Node 24; this file runs on Node 18 as well and gets it from the npm package `node` where it has to.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const NEEDED_MAJOR = 24
const PACKAGE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
// In the repository there is the source, in the published package only the bundle.
const SOURCE = path.join(PACKAGE, 'main.ts')
const MAIN = existsSync(SOURCE) ? SOURCE : path.join(PACKAGE, 'dist', 'main.js')

function findNode() {
  try {
    const folder = path.dirname(createRequire(import.meta.url).resolve('node/package.json'))
    const binary = path.join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(binary) ? binary : undefined
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

function runOn(node) {
  const child = spawn(node, [MAIN, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // A terminal sends Ctrl-C and its own closing to the child as well; a second one would mean "at once".
    process.on(signal, () => {
      if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.on('error', (error) => fail(`Node ${NEEDED_MAJOR} could not be started: ${error.message}`))
  child.on('exit', (code, signal) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name)
    if (signal === null) process.exitCode = code ?? 1
    else process.kill(process.pid, signal)
  })
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exitCode = 2
}

if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) {
  process.argv[1] = MAIN
  await import(pathToFileURL(MAIN).href)
} else {
  const node = findNode()
  if (node === undefined)
    fail(
      `portolan needs Node ${NEEDED_MAJOR}; this is ${process.version}, and the npm package "node" that would bring it ` +
        'along has no binary here, because install scripts are turned off. Allow them for it:\n\n' +
        '  npm rebuild --ignore-scripts=false node\n\nor install Node 24.',
    )
  else runOn(node)
}
