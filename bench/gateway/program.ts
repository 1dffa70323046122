import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface Program {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Where it takes connections once it is ready. */
  readonly port: number
  readonly environment?: Readonly<Record<string, string>>
  /** Where its standard output goes, in place of a file in the bench's folder. */
  readonly output?: string
}

/** Where everything of one run is: configurations, logs, and how to end what was started. */
export interface Bench {
  readonly folder: string
  readonly releasers: AsyncDisposableStack
}

/** Debian's servers are where only root looks by itself. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
const START_LIMIT_MS = 30_000
const LOOK_MS = 20

/**
 * Starts a program and waits until it takes connections.
 * @returns its process id
 * @throws when it has ended before, or cannot be started
 */
export async function startProgram(program: Program, { folder, releasers }: Bench): Promise<number> {
  const { name, command, args, port, environment = {}, output } = program
  const log = openSync(join(folder, `${name.replaceAll(/\W+/g, '-')}.log`), 'w')
  const stdout = output === undefined ? log : openSync(output, 'w')
  const child = spawn(command, [...args], { stdio: ['ignore', stdout, log], env: { PATH, ...environment } })
  releasers.defer(() => stop(child))
  const failed = once(child, 'error').then(([error]) => Promise.reject(error))
  const ended = once(child, 'exit').then(([code]) =>
    Promise.reject(new Error(`${name} ended with ${code}; its words are in ${folder}.`)),
  )
  await Promise.race([untilListening(port), failed, ended])
  ended.catch(() => undefined) // from here on its end is ours
  return child.pid ?? 0
}

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => Number(Object(server.address()).port))
  await Promise.all(servers.map((server) => once(server.close(), 'close')))
  return ports
}

async function untilListening(port: number): Promise<void> {
  const limit = AbortSignal.timeout(START_LIMIT_MS)
  while (!(await takesConnection(port))) await delay(LOOK_MS, undefined, { signal: limit })
}

async function takesConnection(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false // nothing listens yet
  } finally {
    socket.destroy()
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const isLate = await Promise.race([exited.then(() => false), delay(5_000, true, { ref: false })])
  if (isLate) child.kill('SIGKILL')
  await exited
}
