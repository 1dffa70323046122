/** The gateway as the process that it is, for this package's tests. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

export const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

/** A folder with a configuration file, gone afterwards. */
export async function writeConfiguration(configuration: unknown) {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-gateway-'))
  const path = join(folder, 'gateway.json')
  await writeFile(path, JSON.stringify(configuration))
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

/** @param environment beside the place of the configuration */
export async function startGateway(configuration: unknown, environment: Readonly<Record<string, string>> = {}) {
  const file = await writeConfiguration(configuration)
  const child = fork(MAIN, { env: { ...environment, PORTOLAN_GATEWAY_CONFIGURATION: file.path }, silent: true })
  const stderr = child.stderr === null ? Promise.resolve('') : text(child.stderr)
  const stdout = child.stdout === null ? Promise.resolve('') : text(child.stdout)
  const stop = async () => {
    await kill(child)
    await file[Symbol.asyncDispose]()
  }
  return { child, stdout, stderr, path: file.path, [Symbol.asyncDispose]: stop }
}

export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

export async function readyPort(child: ChildProcess): Promise<number> {
  const [message] = await once(child, 'message')
  expect(message).toMatchObject({ type: 'ready', addresses: [{ name: 'http', address: '127.0.0.1' }] })
  return Number(Object(message).addresses[0].port)
}

export function isOpen(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(port, '127.0.0.1', () => resolve(true))
  socket.once('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}
