#!/usr/bin/env node
// Portolan needs Node 24. This file is read by older ones as well, to say so.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const NEEDED_MAJOR = 24
const PACKAGE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
// In the repository there is the source, in the published package only the bundle.
const SOURCE = path.join(PACKAGE, 'main.ts')
const MAIN = existsSync(SOURCE) ? SOURCE : path.join(PACKAGE, 'dist', 'main.js')

if (Number(process.versions.node.split('.')[0]) >= NEEDED_MAJOR) {
  await import(pathToFileURL(MAIN).href)
} else {
  process.stderr.write(
    `portolan needs Node ${NEEDED_MAJOR} or later; this is ${process.version}. Install it (nodejs.org, or your version ` +
      'manager: "nvm install 24"),\nor give it to this project alone, whose npm scripts and npx then run on it:\n\n' +
      '  npm install --save-dev node@24\n',
  )
  process.exitCode = 2
}
