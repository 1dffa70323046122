import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { type AppError, isAppError, type Waiting } from '@portolan/errors'
import type { Client, ConnectConfig } from 'ssh2'
import { sshKeyUnreadable, sshSignInRefused, sshUnreachable } from './errors.ts'
import { findHostKeyProblem, hostKeyAlgorithms, readKnownHosts } from './ssh-host-key.ts'

/** By which a user is let in: a key, or the keys of an agent. Passwords are not offered. */
export type SshCredentials =
  | { readonly type: 'key'; readonly path: string; readonly passphrase?: string }
  | { readonly type: 'agent'; readonly socketPath: string }

export interface SshServer {
  /** What people call the host. */
  readonly name: string
  /** A name or an address, as known_hosts has it. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly credentials: SshCredentials
  readonly knownHostsPaths: readonly string[]
}

// A connection whose other end has gone is found out after two of these without an answer.
const KEEP_ALIVE_MS = 15_000
const KEEP_ALIVE_MISSES = 2

/**
 * A connection to a host whose key is known. The caller ends it.
 * @throws OBSERVE_SSH_… and OBSERVE_KNOWN_HOSTS_MALFORMED; the signal's reason
 */
export async function openSshConnection(server: SshServer, { signal }: Waiting): Promise<Client> {
  const known = await readKnownHosts(server.knownHostsPaths, { signal })
  const credentials = await readCredentials(server.credentials, { signal })
  const socket = await openSocket(server, { signal })
  let problem: AppError | undefined
  const hostVerifier = (key: Buffer): boolean => {
    problem = findHostKeyProblem(known, { host: server.host, port: server.port, key }, server.knownHostsPaths)
    return problem === undefined
  }
  const client = await createClient()
  client.on('error', () => undefined) // one that comes later is followed by `close`, to which the owner listens
  try {
    client.connect({
      ...credentials,
      sock: socket,
      username: server.user,
      hostVerifier,
      algorithms: { serverHostKey: hostKeyAlgorithms(known, server) },
      readyTimeout: 0, // the signal decides
      keepaliveInterval: KEEP_ALIVE_MS,
      keepaliveCountMax: KEEP_ALIVE_MISSES,
    })
    await once(client, 'ready', { signal })
    return client
  } catch (error) {
    socket.destroy()
    signal.throwIfAborted()
    throw problem ?? failureOf(server, error)
  }
}

async function openSocket({ name, host, port }: SshServer, { signal }: Waiting): Promise<Socket> {
  const socket = connect({ host, port, noDelay: true })
  try {
    await once(socket, 'connect', { signal })
    return socket
  } catch (error) {
    socket.destroy()
    signal.throwIfAborted()
    throw sshUnreachable(name, error)
  }
}

async function readCredentials(credentials: SshCredentials, { signal }: Waiting): Promise<Partial<ConnectConfig>> {
  if (credentials.type === 'agent') return { agent: credentials.socketPath, authHandler: ['agent'] }
  const { path, passphrase } = credentials
  try {
    const privateKey = await readFile(path, { signal })
    return { privateKey, authHandler: ['publickey'], ...(passphrase === undefined ? {} : { passphrase }) }
  } catch (error) {
    signal.throwIfAborted()
    throw sshKeyUnreadable(path, error)
  }
}

function failureOf({ name, user, credentials }: SshServer, error: unknown): AppError {
  if (isAppError(error)) return error
  const level = error instanceof Error && 'level' in error ? error.level : undefined
  if (level === 'client-authentication' || level === 'agent') return sshSignInRefused(name, user, error)
  const isKeyFault = error instanceof Error && error.message.startsWith('Cannot parse privateKey')
  if (isKeyFault && credentials.type === 'key') return sshKeyUnreadable(credentials.path, error)
  return sshUnreachable(name, error)
}

/** Loaded when it is needed: whoever looks at this machine alone does without. */
async function createClient(): Promise<Client> {
  const ssh2 = await import('ssh2')
  return new ssh2.Client()
}
