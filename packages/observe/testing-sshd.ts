import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { SshHostOptions } from './ssh-host.ts'
import {
  findFreePort,
  findProgram,
  killChild,
  killIfRunning,
  listDescendants,
  openTestFolder,
  runProgram,
  startChild,
} from './testing-programs.ts'

export interface TestSshd extends AsyncDisposable {
  readonly port: number
  /** Where the keys `user`, `host`, `other` and `ecdsa` are, and `known_hosts` with the host's. */
  readonly folder: string
  /** The public key of the host, `ssh-ed25519 …`, as known_hosts has it. */
  readonly hostKey: string
  readonly options: SshHostOptions
  /** How many connections it has taken. */
  countConnections(): number
  /** How many processes serve connections now. */
  countSessions(): Promise<number>
  killSessions(): Promise<void>
  /** Ends the server and every connection of it. */
  kill(): Promise<void>
  /** Starts it again on the same port. */
  start(): Promise<void>
  /** A real ssh-agent that has the user's key. */
  startAgent(): Promise<AsyncDisposable & { readonly socketPath: string }>
}

/** What sshd and ssh-keygen are missing for, in words for a test that is left out; undefined when both are there. */
export function sshdMissing(): string | undefined {
  const isThere = findProgram('sshd') !== undefined && findProgram('ssh-keygen') !== undefined
  return isThere ? undefined : 'NOT TESTED: no sshd is installed (apt-get install openssh-server)'
}

/**
 * A real sshd on a free port of 127.0.0.1, with keys of its own, for the user that runs the tests.
 * @param settings lines of sshd_config that come before the usual ones, for the first of a keyword wins; `{folder}` is
 * where the keys are
 */
export async function openTestSshd(settings: readonly string[] = []): Promise<TestSshd> {
  await using releasers = new AsyncDisposableStack()
  const folder = releasers.use(await openTestFolder())
  const { root } = folder
  for (const [key, type] of KEYS) {
    await runProgram('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', '', '-f', path.join(root, key)])
  }
  const port = await findFreePort()
  const hostKey = (await readFile(path.join(root, 'host.pub'), 'utf8')).trim()
  await folder.write({
    known_hosts: `[127.0.0.1]:${port} ${hostKey}\n`,
    sshd_config: [...settings, ...usualSettings(root, port), ''].join('\n').replaceAll('{folder}', root),
  })
  const server = releasers.use(new SshdProcess(path.join(root, 'sshd_config')))
  await server.start()
  const owned = releasers.move()
  const credentials = { type: 'key', path: path.join(root, 'user') } as const
  const user = os.userInfo().username
  const knownHostsPaths = [path.join(root, 'known_hosts')]
  return {
    countConnections: () => server.connectionCount,
    countSessions: () => server.countSessions(),
    killSessions: () => server.killSessions(),
    kill: () => server.kill(),
    start: () => server.start(),
    startAgent: () => startAgent(root),
    port,
    folder: root,
    hostKey,
    options: { name: 'seoul-1', host: '127.0.0.1', port, user, credentials, knownHostsPaths },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function usualSettings(root: string, port: number): readonly string[] {
  return [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${root}/host`,
    `AuthorizedKeysFile ${root}/user.pub`,
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'StrictModes no',
    'UsePAM no',
    'PidFile none',
    'LogLevel VERBOSE',
  ]
}

/** Each connection is served by a process in a session of its own, which outlives the server. */
class SshdProcess implements AsyncDisposable {
  readonly #config: string
  #child: ChildProcess | undefined
  connectionCount = 0

  constructor(config: string) {
    this.#config = config
  }

  async start(): Promise<void> {
    // sshd run by root keeps its unprivileged half in there, and leaves it to the system to make it.
    if (os.userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 })
    const child = spawn(findProgram('sshd') ?? 'sshd', ['-D', '-e', '-f', this.#config], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    this.#child = child
    const ready = Promise.withResolvers<void>()
    const said: string[] = []
    child.once('exit', () => ready.reject(new Error(`sshd did not start: ${said.join(' ')}`)))
    createInterface(child.stderr).on('line', (line) => {
      said.push(line)
      if (line.startsWith('Server listening')) ready.resolve()
      if (line.startsWith('Connection from')) this.connectionCount += 1
    })
    await ready.promise
  }

  async countSessions(): Promise<number> {
    return (await listDescendants(this.#child?.pid)).length
  }

  async killSessions(): Promise<void> {
    for (const pid of await listDescendants(this.#child?.pid)) killIfRunning(pid)
  }

  async kill(): Promise<void> {
    await this.killSessions()
    if (this.#child !== undefined) await killChild(this.#child)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill()
  }
}

async function startAgent(root: string): Promise<AsyncDisposable & { readonly socketPath: string }> {
  const socketPath = path.join(root, 'agent.sock')
  const agent = await startChild(findProgram('ssh-agent') ?? 'ssh-agent', ['-D', '-a', socketPath])
  await runProgram('ssh-add', ['-q', path.join(root, 'user')], { SSH_AUTH_SOCK: socketPath })
  return { socketPath, [Symbol.asyncDispose]: () => agent.kill() }
}

const KEYS = [
  ['user', 'ed25519'],
  ['host', 'ed25519'],
  ['other', 'ed25519'],
  ['ecdsa', 'ecdsa'],
] as const
