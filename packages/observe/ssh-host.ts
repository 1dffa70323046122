import os from 'node:os'
import path from 'node:path'
import { Duplex, Readable } from 'node:stream'
import { errorMessage, isAppError, type Waiting } from '@portolan/errors'
import type { Client, ClientChannel } from 'ssh2'
import { answerTooLong, programFailed, programMissing, sshChannelRefused, sshClosed, sshUnreachable } from './errors.ts'
import { printable } from './printable.ts'
import { SSH_COMMANDS, type SshCommand } from './ssh-command.ts'
import { openSshConnection, type SshServer } from './ssh-connection.ts'
import { untilAborted } from './until-aborted.ts'

export interface SshHostOptions extends Pick<SshServer, 'host' | 'user' | 'credentials'> {
  /** What people call it; `host` unless given. */
  readonly name?: string
  readonly port?: number
  /** The user's own and the system's unless given. */
  readonly knownHostsPaths?: readonly string[]
  readonly connectTimeoutMs?: number
  readonly commandTimeoutMs?: number
  /** Of one command. */
  readonly outputLimitBytes?: number
}

const DEFAULTS = {
  port: 22,
  connectTimeoutMs: 8_000,
  commandTimeoutMs: 10_000,
  outputLimitBytes: 16 * 1024 * 1024,
} as const satisfies Partial<SshHostOptions>

const LONGEST_COMPLAINT = 200
const NOT_FOUND = 127 // sh(1), "Exit status"

/**
 * A host that is looked at over SSH. One connection serves all of its observers: it is made when the first one looks, made
 * anew after it broke, and closed by whoever made the host. What is asked is fixed (SSH_COMMANDS): no data is ever part of
 * a command.
 */
export class SshHost implements AsyncDisposable {
  readonly #server: SshServer
  readonly #limits: Pick<Required<SshHostOptions>, 'connectTimeoutMs' | 'commandTimeoutMs' | 'outputLimitBytes'>
  readonly #closing = new AbortController()
  #connection: Promise<Client> | undefined

  constructor(options: SshHostOptions) {
    const given = { ...DEFAULTS, ...options }
    const { connectTimeoutMs, commandTimeoutMs, outputLimitBytes, ...server } = given
    const knownHostsPaths = [path.join(os.homedir(), '.ssh', 'known_hosts'), '/etc/ssh/ssh_known_hosts']
    this.#server = { name: options.host, knownHostsPaths, ...server }
    this.#limits = { connectTimeoutMs, commandTimeoutMs, outputLimitBytes }
  }

  get name(): string {
    return this.#server.name
  }

  /**
   * Runs a fixed command, and gives what it wrote once it has ended well. When it takes too long or writes too much, the
   * connection ends with it, for the server would keep its session; the next look makes a new one.
   * @param program what the command runs, for the message
   * @throws OBSERVE_PROGRAM_MISSING, OBSERVE_PROGRAM_FAILED, OBSERVE_ANSWER_TOO_LONG, OBSERVE_SSH_…
   */
  async run(command: SshCommand, { signal, ...program }: RunOptions): Promise<string> {
    const connection = this.#connect()
    const client = await untilAborted(connection, { signal })
    const limit = AbortSignal.any([signal, AbortSignal.timeout(this.#limits.commandTimeoutMs)])
    try {
      const running = await untilAborted(execute(client, command), { signal: limit })
      return await untilAborted(this.#readOutput(running, program), { signal: limit })
    } catch (error) {
      if (limit.aborted || isTooLong(error)) this.#drop(connection, client)
      throw this.#failureOf(error, { signal })
    }
  }

  /** Runs a fixed command that passes bytes both ways. The caller destroys the stream. */
  async openCommandStream(command: SshCommand, { signal, ...program }: RunOptions): Promise<Duplex> {
    const client = await untilAborted(this.#connect(), { signal })
    const opening = execute(client, command)
    try {
      return this.#streamOf(await untilAborted(opening, { signal }), program)
    } catch (error) {
      closeWhenOpen(opening.then(({ channel }) => channel))
      throw this.#failureOf(error, { signal })
    }
  }

  /** A stream to a unix socket of the host (OpenSSH's PROTOCOL §2.4, `direct-streamlocal@openssh.com`). */
  async openSocket(socketPath: string, { signal }: Waiting): Promise<Duplex> {
    const client = await untilAborted(this.#connect(), { signal })
    const opening = promiseOf<ClientChannel>((done) => client.openssh_forwardOutStreamLocal(socketPath, done))
    try {
      const channel = await untilAborted(opening, { signal })
      channel.on('error', () => undefined) // whoever reads listens; afterwards nobody has to
      return channel
    } catch (error) {
      closeWhenOpen(opening)
      throw this.#failureOf(error, { signal }, `a stream to its socket "${printable(socketPath)}"`)
    }
  }

  /** Idempotent. A look that is under way ends with OBSERVE_SSH_CLOSED: it only reads, so nothing is lost. */
  async close(): Promise<void> {
    this.#closing.abort(sshClosed(this.name))
    const client = await this.#connection?.catch(() => undefined) // an attempt that failed has left nothing to close
    client?.destroy()
    this.#connection = undefined
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** The one connection. Whoever asks while it is being made waits for the same; giving up does not end it for others. */
  #connect(): Promise<Client> {
    this.#closing.signal.throwIfAborted()
    if (this.#connection !== undefined) return this.#connection
    const connection = this.#open()
    this.#connection = connection
    connection.then(
      (client) => client.once('close', () => this.#drop(connection, client)),
      () => this.#drop(connection),
    )
    return connection
  }

  #drop(connection: Promise<Client>, client?: Client): void {
    if (this.#connection === connection) this.#connection = undefined
    client?.destroy()
  }

  async #open(): Promise<Client> {
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(this.#limits.connectTimeoutMs)])
    try {
      return await openSshConnection(this.#server, { signal })
    } catch (error) {
      throw isAppError(error) ? error : sshUnreachable(this.name, error)
    }
  }

  async #readOutput({ channel, exited }: RunningCommand, program: ProgramName): Promise<string> {
    const { outputLimitBytes } = this.#limits
    const tooLong = Promise.withResolvers<never>()
    const chunks: Buffer[] = []
    let sizeBytes = 0
    channel.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length
      if (sizeBytes <= outputLimitBytes) chunks.push(chunk)
      else tooLong.reject(answerTooLong(this.name, outputLimitBytes))
    })
    const exit = await Promise.race([exited, tooLong.promise])
    const failure = this.#failureOfExit(exit, program)
    if (failure !== undefined) throw failure
    return Buffer.concat(chunks).toString('utf8')
  }

  /** Both ways; it ends only once the command is known to have ended well, and breaks with its failure otherwise. */
  #streamOf({ channel, exited }: RunningCommand, program: ProgramName): Duplex {
    const failureOfExit = async () => this.#failureOfExit(await exited, program)
    async function* read() {
      yield* channel
      const failure = await failureOfExit()
      if (failure !== undefined) throw failure
    }
    const stream = Duplex.from({ readable: Readable.from(read()), writable: channel })
    stream.on('error', () => undefined) // whoever reads listens as well; afterwards nobody has to
    return stream.once('close', () => channel.destroy())
  }

  #failureOfExit({ exitCode, complaint }: Exit, { program, install }: ProgramName): Error | undefined {
    if (exitCode === 0) return undefined
    if (exitCode === NOT_FOUND) return programMissing(program, this.name, install)
    const said = complaint || (exitCode === undefined ? 'it broke off' : `status ${exitCode}`)
    return programFailed(program, this.name, { said })
  }

  #failureOf(error: unknown, { signal }: Waiting, what = 'to run a command'): unknown {
    if (this.#closing.signal.aborted) return this.#closing.signal.reason
    if (signal.aborted) return signal.reason
    if (isAppError(error)) return error
    if (!errorMessage(error).includes('Channel open failure')) return sshUnreachable(this.name, error)
    const wayOut = 'For a socket allow AllowStreamLocalForwarding in its sshd_config, or ask the engine by its command.'
    return sshChannelRefused(this.name, what, { cause: error, wayOut })
  }
}

interface ProgramName {
  readonly program: string
  /** A sentence that says how to get it. */
  readonly install: string
}

export interface RunOptions extends Waiting, ProgramName {}

interface Exit {
  /** Undefined when a signal or the connection ended it: what it wrote may be half. */
  readonly exitCode: number | undefined
  readonly complaint: string
}

function isTooLong(error: unknown): boolean {
  return isAppError(error) && error.code === 'OBSERVE_ANSWER_TOO_LONG'
}

interface RunningCommand {
  readonly channel: ClientChannel
  /** Never rejects. */
  readonly exited: Promise<Exit>
}

/** Listened to before anything else can happen: the answer, its status and its end may come in one piece. */
function execute(client: Client, command: SshCommand): Promise<RunningCommand> {
  return promiseOf((done) =>
    client.exec(SSH_COMMANDS[command], (error, channel) => {
      if (error) done(error)
      else done(undefined, { channel, exited: exitOf(channel) })
    }),
  )
}

/** How a command ended, once all of its output has come. */
function exitOf(channel: ClientChannel): Promise<Exit> {
  const { promise, resolve } = Promise.withResolvers<Exit>()
  let exitCode: number | undefined
  let complaint = ''
  channel.on('error', () => undefined) // whoever reads listens as well; afterwards nobody has to
  channel.stderr.on('data', (chunk: Buffer) => {
    complaint = `${complaint}${chunk.toString('utf8')}`.slice(0, LONGEST_COMPLAINT)
  })
  channel.once('exit', (code: number | null) => {
    exitCode = code ?? undefined
  })
  channel.once('close', () => resolve({ exitCode, complaint: printable(complaint.trim()) }))
  return promise
}

function promiseOf<Value>(ask: (done: (error?: Error, value?: Value) => void) => void): Promise<Value> {
  return new Promise((resolve, reject) => {
    ask((error, value) => (value === undefined ? reject(error) : resolve(value)))
  })
}

/** Nobody waits for it any more, but it may open yet. */
function closeWhenOpen(opening: Promise<ClientChannel>): void {
  opening.then(
    (channel) => channel.on('error', () => undefined).destroy(),
    () => undefined, // it did not open: nothing to close
  )
}
