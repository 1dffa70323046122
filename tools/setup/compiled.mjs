// Runs a script with Node's compile cache: what was compiled once is not compiled again, which takes a third off a start.
import module from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from './root.mjs'

/** Imports the script into this process, which then looks as if it had been started with it. */
export async function importCompiled(file, args) {
  // Beside what it was compiled from, and gone with it; not in a folder for temporary files that others can write.
  module.enableCompileCache?.(path.join(ROOT, 'node_modules', '.cache', 'compiled'))
  process.argv = [process.execPath, file, ...args]
  await import(pathToFileURL(file).href)
}

const [, self, file, ...args] = process.argv
if (self !== undefined && import.meta.url === pathToFileURL(self).href) await importCompiled(file, args)
