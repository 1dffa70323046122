import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { importCompiled } from './compiled.mjs'
import { ROOT } from './root.mjs'

export const PINNED_NODE = path.join(
  ROOT,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
)

export function hasPinnedNode() {
  return fs.existsSync(PINNED_NODE)
}

/** Runs a script of the repository. On the right Node already, in this process: a second one would only cost memory. */
export async function runOnPinnedNode(script, args) {
  const file = path.join(ROOT, script)
  if (process.version === pinnedVersion()) return importCompiled(file, args)
  endAs(await runChild(PINNED_NODE, [path.join(ROOT, 'tools', 'setup', 'compiled.mjs'), file, ...args]))
}

/**
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, output?: 'inherit' | 'collect' }} options
 * @returns how it ended; `output` holds what it wrote when that was collected
 */
export async function runChild(command, args, { cwd, env, output = 'inherit' } = {}) {
  const stdio = output === 'inherit' ? 'inherit' : ['ignore', 'pipe', 'pipe']
  const child = spawn(command, args, { cwd, env: env ?? process.env, stdio })
  const collected = []
  child.stdout?.on('data', (chunk) => collected.push(chunk))
  child.stderr?.on('data', (chunk) => collected.push(chunk))
  const stopPassing = passSignals(child)
  try {
    return await new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => resolve({ code, signal, output: Buffer.concat(collected).toString() }))
    })
  } finally {
    stopPassing()
  }
}

/** Ends this process the way the child has ended, once everything is written. */
export function endAs({ code, signal }) {
  if (signal === null) process.exitCode = code ?? 1
  else process.kill(process.pid, signal)
}

/** The environment in which `node` is the pinned one, for tools that begin with `#!/usr/bin/env node`. */
export function pinnedEnvironment() {
  const folders = [path.dirname(PINNED_NODE), path.join(ROOT, 'node_modules', '.bin'), process.env.PATH]
  return { ...process.env, PATH: folders.join(path.delimiter) }
}

/**
 * A terminal sends Ctrl-C and its own closing to the whole foreground group, the child included: passing that on would
 * be a second one, which means "at once". Without a terminal, and for SIGTERM, the signal came to this process alone.
 */
function passSignals(child) {
  const listeners = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
    const listener = () => {
      if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal)
    }
    process.on(signal, listener)
    return () => process.off(signal, listener)
  })
  return () => {
    for (const stop of listeners) stop()
  }
}

function pinnedVersion() {
  const { dependencies } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'))
  return `v${dependencies.node}`
}
