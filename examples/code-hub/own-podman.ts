import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { pause } from '@portolan/observe'

const PROGRAMS = ['podman', 'runc', 'conmon', 'tar'] as const
const FOLDERS = ['/usr/bin', '/usr/sbin', '/usr/local/bin'] as const
const START_LIMIT_MS = 20_000
const run = promisify(execFile)

/** What this machine lacks to run containers, in words; undefined when all is there. */
export function podmanLacks(): string | undefined {
  const missing = PROGRAMS.filter((program) => !FOLDERS.some((folder) => existsSync(path.join(folder, program))))
  if (missing.length > 0) return `${missing.join(', ')} is not installed (apt-get install podman runc conmon)`
  return process.getuid?.() === 0 ? undefined : 'containers with addresses of their own need root'
}

export interface OwnPodman extends AsyncDisposable {
  /** Where it serves the Docker API. */
  readonly socketPath: string
  /** A folder that goes with it. */
  readonly folder: string
  readonly command: (args: readonly string[]) => Promise<void>
}

/** A podman apart from the machine's: its images, containers and folder are gone afterwards. */
export async function openOwnPodman(): Promise<OwnPodman> {
  await using releasers = new AsyncDisposableStack()
  // Short, for the path of a Unix socket may have 104 characters at most.
  const folder = await mkdtemp(path.join(tmpdir(), 'code-hub-'))
  releasers.defer(() => rm(folder, { recursive: true, force: true }))
  const options = optionsIn(folder)
  const command = async (args: readonly string[]): Promise<void> => {
    await run('podman', [...options, ...args])
  }
  releasers.defer(() => clear(folder, command))
  const socketPath = path.join(folder, 'api.sock')
  const service = spawn('podman', [...options, 'system', 'service', '--time', '0', `unix://${socketPath}`], {
    stdio: 'ignore',
    detached: true, // Ctrl-C in a terminal is for the stack first
  })
  releasers.defer(() => end(service))
  const signal = AbortSignal.timeout(START_LIMIT_MS)
  while (!(await answers(socketPath))) {
    signal.throwIfAborted()
    await pause(50, { signal })
  }
  const owned = releasers.move()
  return { socketPath, folder, command, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

function optionsIn(folder: string): readonly string[] {
  const folders = ['--root', `${folder}/root`, '--runroot', `${folder}/run`, '--tmpdir', `${folder}/tmp`]
  // For a machine of few rights as well: no overlay file system and no systemd.
  const parts = ['--storage-driver', 'vfs', '--runtime', 'runc', '--cgroup-manager', 'cgroupfs']
  return [...folders, ...parts, '--events-backend', 'file', '--network-config-dir', `${folder}/networks`]
}

async function clear(folder: string, command: OwnPodman['command']): Promise<void> {
  await command(['rm', '--all', '--force', '--time', '0'])
  // It mounts its own storage on itself; where it has not, there is nothing to undo.
  await run('umount', ['--recursive', '--quiet', `${folder}/root/vfs`]).catch(() => undefined)
}

async function end(service: ChildProcess): Promise<void> {
  if (service.exitCode !== null || service.signalCode !== null) return
  const exited = once(service, 'exit')
  service.kill('SIGKILL')
  await exited
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath, () => resolve(true)).on('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
