import { urlInvalid } from './errors.ts'

export const TLS_MODES = ['disable', 'require', 'verify-ca', 'verify-full'] as const
/** libpq's `sslmode`: `require` encrypts and trusts any certificate, `verify-full` checks chain and host name. */
export type TlsMode = (typeof TLS_MODES)[number]

export interface PostgresUrl {
  /** A host name or address; IPv6 without brackets. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  /** Empty when the URL has none. */
  readonly password: string
  /** `disable` when the URL does not say. */
  readonly tlsMode?: TlsMode
  /** Path of a PEM file with the certificate authorities to trust (libpq's `sslrootcert`). */
  readonly tlsAuthorityFile?: string
  readonly applicationName?: string
}

const DEFAULT_PORT = 5432
const PARAMETERS = ['sslmode', 'sslrootcert', 'application_name']

/**
 * Parses `postgres://role:password@host:port/database?sslmode=…`. One host, over TCP.
 * @throws POSTGRES_URL_INVALID which never quotes what may be a password
 */
export function parsePostgresUrl(text: string): PostgresUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined) throw urlInvalid('it is not a URL; encode special characters of the password (%40 for @)')
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') {
    throw urlInvalid(`its scheme is "${url.protocol.slice(0, -1)}"`)
  }
  const host = decode(url.hostname, 'host').replace(/^\[(.*)\]$/, '$1')
  const user = decode(url.username, 'role')
  const database = decode(url.pathname.slice(1), 'database')
  if (host === '') throw urlInvalid('it names no host')
  if (user === '') throw urlInvalid('it names no role')
  if (url.hash !== '') throw urlInvalid('it has a "#"; in a password that is written %23')
  const port = url.port === '' ? DEFAULT_PORT : Number(url.port)
  if (port === 0) throw urlInvalid('port 0 cannot be called')
  const password = decode(url.password, 'password')
  return { host, port, user, password, database: database === '' ? user : database, ...parametersOf(url) }
}

function parametersOf({ searchParams }: URL): Pick<PostgresUrl, 'tlsMode' | 'tlsAuthorityFile' | 'applicationName'> {
  const unknown = [...searchParams.keys()].find((name) => !PARAMETERS.includes(name))
  if (unknown !== undefined) throw urlInvalid(`"${unknown}" is not among the parameters ${PARAMETERS.join(', ')}`)
  const mode = searchParams.get('sslmode')
  const tlsMode = TLS_MODES.find((known) => known === mode)
  if (mode !== null && tlsMode === undefined) throw urlInvalid(`sslmode "${mode}" is none of ${TLS_MODES.join(', ')}`)
  const tlsAuthorityFile = searchParams.get('sslrootcert')
  const applicationName = searchParams.get('application_name')
  return {
    ...(tlsMode === undefined ? {} : { tlsMode }),
    ...(tlsAuthorityFile === null ? {} : { tlsAuthorityFile }),
    ...(applicationName === null ? {} : { applicationName }),
  }
}

/** The text that `parsePostgresUrl` reads as the same value. */
export function formatPostgresUrl(value: PostgresUrl): string {
  const host = value.host.includes(':') ? `[${value.host}]` : encodeURIComponent(value.host)
  const login = `${encodeURIComponent(value.user)}:${encodeURIComponent(value.password)}`
  const parameters = new URLSearchParams()
  if (value.tlsMode !== undefined) parameters.set('sslmode', value.tlsMode)
  if (value.tlsAuthorityFile !== undefined) parameters.set('sslrootcert', value.tlsAuthorityFile)
  if (value.applicationName !== undefined) parameters.set('application_name', value.applicationName)
  const query = parameters.size === 0 ? '' : `?${parameters.toString()}`
  return `postgres://${login}@${host}:${value.port}/${encodeURIComponent(value.database)}${query}`
}

/** The URL of a service's own database on the administrator's server, with the same transport security. */
export function databaseUrl(
  adminUrl: string,
  declared: Pick<PostgresUrl, 'database' | 'password'> & { readonly role: string },
): string {
  const { applicationName: _, ...server } = parsePostgresUrl(adminUrl)
  return formatPostgresUrl({
    ...server,
    database: declared.database,
    user: declared.role,
    password: declared.password,
  })
}

function decode(text: string, part: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // decodeURIComponent throws URIError alone; its text would quote the value.
    throw urlInvalid(`its ${part} has a "%" that begins no code; a plain % is written %25`)
  }
}
