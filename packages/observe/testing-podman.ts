import { spawn } from 'node:child_process'
import { connect } from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findProgram, killChild, openTestFolder, runProgram, type TestFolder } from './testing-programs.ts'

export interface TestPodman extends AsyncDisposable {
  /** Where it serves the Docker API. */
  readonly socketPath: string
  /** The folder of its socket. */
  readonly folder: string
  /** Starts a container of busybox, and gives its id. @param args of `podman run`, then of busybox */
  run(args: readonly string[], program: readonly string[]): Promise<string>
  /** Any other command, such as `stop NAME`. */
  command(args: readonly string[]): Promise<string>
}

const PROGRAMS = ['podman', 'runc', 'conmon', 'busybox', 'tar'] as const
// A machine of few rights: no systemd, no overlay file system, and limits that may not be raised.
const LIMITS = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1000:1000', '--pull', 'never']
const IMAGE = 'portolan/busybox'

/** What is missing to run real containers, in words for a test that is left out; undefined when all is there. */
export function podmanMissing(): string | undefined {
  const missing = PROGRAMS.filter((program) => findProgram(program) === undefined)
  if (missing.length > 0) {
    return `NOT TESTED: no ${missing.join(', ')} is installed (apt-get install podman runc conmon busybox-static)`
  }
  if (process.getuid?.() !== 0) return 'NOT TESTED: real containers are run as root here'
  return undefined
}

/** A podman of its own: its images, containers and service are apart from the machine's, and gone afterwards. */
export async function openTestPodman(): Promise<TestPodman> {
  await using releasers = new AsyncDisposableStack()
  const folder = releasers.use(await openTestFolder())
  const options = optionsIn(folder)
  const command = (args: readonly string[]) => runProgram('podman', [...options, ...args])
  releasers.defer(async () => {
    await command(['rm', '--all', '--force', '--time', '0'])
    // It mounts its own storage on itself.
    await runProgram('umount', ['--recursive', '--quiet', `${folder.root}/root/vfs`]).catch(() => undefined)
  })
  await importBusybox(folder, command)
  const socketPath = path.join(folder.root, 'api.sock')
  const arguments_ = [...options, 'system', 'service', '--time', '0', `unix://${socketPath}`]
  const service = spawn(findProgram('podman') ?? 'podman', arguments_, { stdio: 'ignore' })
  releasers.defer(() => killChild(service))
  await untilAnswering(socketPath)
  const owned = releasers.move()
  return {
    socketPath,
    folder: folder.root,
    command,
    run: async (args, program) => {
      const id = await command(['run', '--detach', ...LIMITS, ...args, IMAGE, '/busybox', ...program])
      return id.trim()
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function optionsIn({ root }: TestFolder): readonly string[] {
  const folders = ['--root', `${root}/root`, '--runroot', `${root}/run`, '--tmpdir', `${root}/tmp`]
  const parts = ['--storage-driver', 'vfs', '--runtime', 'runc', '--cgroup-manager', 'cgroupfs']
  return [...folders, ...parts, '--events-backend', 'file', '--network-config-dir', `${root}/networks`]
}

/** An image of one static program. */
async function importBusybox({ root }: TestFolder, command: TestPodman['command']): Promise<void> {
  const busybox = findProgram('busybox') ?? ''
  const archive = path.join(root, 'busybox.tar')
  await runProgram('tar', ['-c', '-f', archive, '-C', path.dirname(busybox), 'busybox'])
  await command(['import', '--quiet', archive, IMAGE])
}

async function untilAnswering(socketPath: string): Promise<void> {
  const signal = AbortSignal.timeout(20_000)
  while (!(await answers(socketPath))) await delay(50, undefined, { signal })
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath, () => resolve(true)).on('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
