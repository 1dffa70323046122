import type { Reader } from '../configuration-reader.ts'

/** A certificate with its chain and its private key, as PEM files. */
export interface CertificateFiles {
  /** The certificate, and behind it those between it and a root. */
  readonly certificate: string
  readonly key: string
}

/** Has certificates issued for its names, and renewed (RFC 8555, HTTP-01). */
export interface AcmeConfiguration {
  /** The address of the issuer's directory. */
  readonly directory: string
  /** Where the account's key, the certificates and open challenges are kept. */
  readonly folder: string
  /** What certificates are ordered for; one for each. */
  readonly names: readonly string[]
  /** Whom the issuer writes to. */
  readonly email?: string
  /** Certificates of authorities that the issuer's own address is checked with, besides the usual ones; a PEM file. */
  readonly directoryAuthorities?: string
}

/** How the listeners with `tls` encrypt. */
export interface TlsConfiguration {
  /** The first is for clients that name no host. */
  readonly certificates: readonly CertificateFiles[]
  readonly acme?: AcmeConfiguration
  readonly minimumVersion: 'TLSv1.2' | 'TLSv1.3'
  /** For how long a browser asks for nothing but https (HSTS, RFC 6797). */
  readonly hsts?: HstsConfiguration
  /** Requests in the clear for a declared name are sent to https at this port (308). */
  readonly redirectToPort?: number
}

export interface HstsConfiguration {
  readonly maxAgeSeconds: number
  readonly includesSubdomains: boolean
}

const KEYS = ['certificates', 'acme', 'minimumVersion', 'hsts', 'redirectToPort'] as const
const ACME_KEYS = ['directory', 'folder', 'names', 'email', 'directoryAuthorities'] as const
const TEN_YEARS_SECONDS = 315_360_000

export function readTls(read: Reader, value: unknown): TlsConfiguration {
  const { certificates, acme, minimumVersion, hsts, redirectToPort } = read.record(value, 'tls', KEYS)
  if (certificates === undefined && acme === undefined) read.fault('tls', '"certificates" or "acme"', undefined)
  return Object.freeze({
    certificates: Object.freeze(certificates === undefined ? [] : readCertificates(read, certificates)),
    minimumVersion: readVersion(read, minimumVersion),
    ...(acme === undefined ? {} : { acme: readAcme(read, acme) }),
    ...(hsts === undefined ? {} : { hsts: readHsts(read, hsts) }),
    ...(redirectToPort === undefined
      ? {}
      : { redirectToPort: read.port(redirectToPort, 'tls.redirectToPort', { lowest: 1 }) }),
  })
}

function readCertificates(read: Reader, value: unknown): readonly CertificateFiles[] {
  return read.list(value, 'tls.certificates').map((one, index) => {
    const at = `tls.certificates[${index}]`
    const { certificate, key } = read.record(one, at, ['certificate', 'key'])
    return Object.freeze({
      certificate: read.file(certificate, `${at}.certificate`),
      key: read.file(key, `${at}.key`),
    })
  })
}

function readVersion(read: Reader, value: unknown): TlsConfiguration['minimumVersion'] {
  if (value === 'TLSv1.2' || value === 'TLSv1.3') return value
  if (value !== undefined) read.fault('tls.minimumVersion', '"TLSv1.2" or "TLSv1.3"', value)
  return 'TLSv1.2'
}

function readAcme(read: Reader, value: unknown): AcmeConfiguration {
  const { directory, folder, names, email, directoryAuthorities } = read.record(value, 'tls.acme', ACME_KEYS)
  const url = typeof directory === 'string' ? URL.parse(directory) : null
  if (url?.protocol !== 'https:') read.fault('tls.acme.directory', 'an address that begins with https://', directory)
  const list = read.list(names, 'tls.acme.names')
  if (list.length === 0) read.fault('tls.acme.names', 'at least one name', names)
  return Object.freeze({
    directory: url?.href ?? '',
    folder: read.file(folder, 'tls.acme.folder'),
    names: Object.freeze(list.map((name, index) => readDomain(read, name, index))),
    ...(email === undefined ? {} : { email: read.name(email, 'tls.acme.email') }),
    ...(directoryAuthorities === undefined
      ? {}
      : { directoryAuthorities: read.file(directoryAuthorities, 'tls.acme.directoryAuthorities') }),
  })
}

/** HTTP-01 shows nothing about a wildcard (RFC 8555 §8.3), and no address. */
function readDomain(read: Reader, value: unknown, index: number): string {
  const at = `tls.acme.names[${index}]`
  if (typeof value === 'string' && /^([a-z0-9-]+\.)+[a-z][a-z0-9-]*$/i.test(value)) return value.toLowerCase()
  return read.fault(at, 'a host name with a dot and without "*"', value)
}

function readHsts(read: Reader, value: unknown): HstsConfiguration {
  const { maxAgeSeconds, includesSubdomains } = read.record(value, 'tls.hsts', ['maxAgeSeconds', 'includesSubdomains'])
  return Object.freeze({
    maxAgeSeconds: read.count(maxAgeSeconds, 'tls.hsts.maxAgeSeconds', { lowest: 0, highest: TEN_YEARS_SECONDS }),
    includesSubdomains:
      includesSubdomains === undefined ? false : read.flag(includesSubdomains, 'tls.hsts.includesSubdomains'),
  })
}
