import { readFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { errorMessage, type Waiting } from '@portolan/errors'
import { Client, type ClientConfig } from 'pg'
import { connectionFailure } from './connection-failure.ts'
import { urlInvalid } from './errors.ts'
import { type PostgresUrl, parsePostgresUrl } from './postgres-url.ts'

export const CONNECT_TIMEOUT_MS = 5_000

/** One connection of its own, for work that a pool is too much for. */
export interface Connection extends AsyncDisposable {
  readonly client: Client
}

export interface ConnectOptions extends Waiting {
  /** The whole way to a usable session: name, socket, TLS, login. 5 seconds unless said otherwise. */
  readonly connectTimeoutMs?: number
  /** What `pg_stat_activity` shows; the URL's own `application_name` wins. */
  readonly applicationName?: string
}

/**
 * Opens one connection; when the signal fires, also later, it is cut and what runs on it rejects with the reason.
 * @throws POSTGRES_URL_INVALID, POSTGRES_UNREACHABLE, POSTGRES_LOGIN_REFUSED, POSTGRES_DATABASE_UNKNOWN,
 *   POSTGRES_DATABASE_FORBIDDEN, POSTGRES_CONNECTIONS_EXHAUSTED
 */
export async function openConnection(
  url: string,
  { signal, connectTimeoutMs = CONNECT_TIMEOUT_MS, applicationName = 'portolan' }: ConnectOptions,
): Promise<Connection> {
  signal.throwIfAborted()
  const target = parsePostgresUrl(url)
  const socket = new Socket()
  const config = await clientConfig(target, applicationName)
  signal.throwIfAborted() // it may have fired while the configuration was read, before anybody listens
  const client = new Client({ ...config, stream: () => socket })
  // A lost connection rejects the query under way, or the next one; without a listener it would end the process.
  client.on('error', () => undefined)
  const cut = (): unknown => socket.destroy(asError(signal.reason))
  signal.addEventListener('abort', cut, { once: true })
  const deadline = setTimeout(() => socket.destroy(timedOut(connectTimeoutMs)), connectTimeoutMs)
  try {
    await client.connect()
  } catch (cause) {
    signal.removeEventListener('abort', cut)
    socket.destroy()
    signal.throwIfAborted()
    throw connectionFailure(target, cause)
  } finally {
    clearTimeout(deadline)
  }
  return {
    client,
    [Symbol.asyncDispose]: async () => {
      signal.removeEventListener('abort', cut)
      await client.end()
    },
  }
}

/**
 * Everything is said explicitly, since pg fills what is missing from PG… variables. The password is a function, which
 * no error and no log of a client prints.
 */
export async function clientConfig(target: PostgresUrl, applicationName: string): Promise<ClientConfig> {
  return {
    host: target.host,
    port: target.port,
    user: target.user,
    database: target.database,
    password: () => target.password,
    application_name: target.applicationName ?? applicationName,
    ssl: await tlsOptions(target),
    keepAlive: true,
  }
}

/** libpq's modes (libpq-ssl, "SSL Mode Descriptions"); there too, `require` with an authority file means `verify-ca`. */
async function tlsOptions({ tlsMode = 'disable', tlsAuthorityFile }: PostgresUrl): Promise<TlsOptions | false> {
  if (tlsMode === 'disable') return false
  const authority = tlsAuthorityFile === undefined ? {} : { ca: await readAuthority(tlsAuthorityFile) }
  if (tlsMode === 'verify-full') return { ...authority, rejectUnauthorized: true }
  const isChecked = tlsMode === 'verify-ca' || tlsAuthorityFile !== undefined
  return { ...authority, rejectUnauthorized: isChecked, checkServerIdentity: () => undefined }
}

async function readAuthority(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw urlInvalid(`its sslrootcert cannot be read (${errorMessage(cause)})`)
  }
}

function timedOut(limitMs: number): Error {
  return new Error(`no answer within ${limitMs} ms`)
}

/** A signal's reason may be anything; a socket is destroyed with an Error. */
export function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}
